package dev.mikcar.common.description;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What {@code If-Match} and {@code If-None-Match} are, for the description. */
@Schema(
    name = "EntityTagList",
    type = SchemaType.STRING,
    description = "entity tags with commas between, or *",
    pattern = "^(\\*|((W/)?\"[!#-~]*\"( *, *(W/)?\"[!#-~]*\")*)?)$")
public interface EntityTagList {}
