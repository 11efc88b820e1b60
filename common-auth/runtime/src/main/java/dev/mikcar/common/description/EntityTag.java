package dev.mikcar.common.description;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What an entity tag is, for the description: RFC 9110 section 8.8.3. */
@Schema(
    name = "EntityTag",
    type = SchemaType.STRING,
    pattern = "^(W/)?\"[!#-~]*\"$",
    examples = "\"\\\"5d41402a\\\"\"")
public interface EntityTag {}
