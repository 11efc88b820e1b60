package dev.mikcar.storage.azure;

import com.azure.storage.blob.BlobContainerClientBuilder;
import dev.mikcar.storage.store.BucketUrl;
import java.net.URI;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the objects are: {@code az://container[/prefix]?option=value&…}. Never printed: it may hold
 * a secret.
 *
 * @param prefix what stands in front of every path, with a slash at its end; may be empty
 * @param endpoint the URL of the account's blobs, without a slash at its end; null when the
 *     connection string says it
 * @param connectionString as Azure's portal gives it, with a key or a shared access signature; null
 *     for the identity of the environment
 */
public record AzureContainer(
    String name,
    String prefix,
    @Nullable String account,
    @Nullable String endpoint,
    @Nullable String connectionString) {
  /** What a URL of a container looks like, for errors. */
  public static final String FORM = "az://container[/prefix]?account=…|connection_string=…";

  private static final String ACCOUNT = "account";
  private static final String ENDPOINT = "endpoint";
  private static final String CONNECTION_STRING = "connection_string";
  private static final Set<String> OPTIONS = Set.of(ACCOUNT, ENDPOINT, CONNECTION_STRING);

  /**
   * Reads what stands behind {@code az://}.
   *
   * @throws IllegalArgumentException with a message that says what is wrong and holds no secret
   */
  public static AzureContainer parse(String rest) {
    BucketUrl url = BucketUrl.parse(rest, OPTIONS);
    Map<String, String> options = url.options();
    if (!url.name().matches("\\$web|[a-z0-9](-?[a-z0-9]){2,62}") || url.name().length() > 63) {
      throw new IllegalArgumentException("what follows az:// is no name of a container");
    }
    String account = options.get(ACCOUNT);
    String connectionString = options.get(CONNECTION_STRING);
    if ((account == null) == (connectionString == null)) {
      throw new IllegalArgumentException(
          "it needs one of account, for the identity of the environment, and connection_string");
    }
    if (connectionString != null && options.containsKey(ENDPOINT)) {
      throw new IllegalArgumentException("the connection_string says the endpoint itself");
    }
    if (connectionString != null) {
      checkConnectionString(connectionString);
    }
    return new AzureContainer(
        url.name(),
        url.prefix(),
        account,
        account == null ? null : endpoint(account, options.get(ENDPOINT)),
        connectionString);
  }

  private static String endpoint(String account, @Nullable String text) {
    if (!account.matches("[a-z0-9]{3,24}")) {
      throw new IllegalArgumentException("account is no name of a storage account");
    }
    if (text == null) {
      return "https://" + account + ".blob.core.windows.net";
    }
    URI uri = URI.create(text);
    if (uri.getHost() == null || uri.getRawQuery() != null || !"https".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          "endpoint is no https URL, and identities are shown to no other");
    }
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  /** Azure's own reader is asked, which looks at the form of a key only when it is used. */
  private static void checkConnectionString(String text) {
    try {
      new BlobContainerClientBuilder().connectionString(text);
      Base64.getDecoder().decode(field(text, "AccountKey"));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("connection_string is none of a storage account", e);
    }
  }

  /** What a connection string says under a name; empty when it does not. */
  private static String field(@Nullable String connectionString, String name) {
    for (String setting : connectionString == null ? new String[0] : connectionString.split(";")) {
      if (setting.strip().startsWith(name + "=")) {
        return setting.strip().substring(name.length() + 1);
      }
    }
    return "";
  }

  /** The shared access signature that stands for a credential; empty when it is another. */
  String sharedAccessSignature() {
    String given = field(connectionString, "SharedAccessSignature");
    return given.startsWith("?") ? given.substring(1) : given;
  }

  @Override
  public String toString() {
    return "AzureContainer[" + name + "]";
  }
}
