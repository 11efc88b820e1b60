package dev.mikcar.storage.gcs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mikcar.storage.store.ContentHash;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** A service account of the stub: its key file, its tokens, and what it signs. */
final class StubAccount {
  private static final String EMAIL = "tester@project.iam.gserviceaccount.com";
  private static final String KEY_ID = "key-1";

  /** What the client says wherever its key file sends it for tokens. */
  private static final String AUDIENCE = "https://oauth2.googleapis.com/token";

  private static final String ALGORITHM = "GOOG4-RSA-SHA256";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

  private final KeyPair key;
  private final Set<String> tokens = ConcurrentHashMap.newKeySet();

  StubAccount() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    key = generator.generateKeyPair();
  }

  /** The file that Google's console gives, for an authority under this address. */
  String file(String root) {
    ObjectNode file = StubRequest.JSON.createObjectNode();
    file.put("type", "service_account").put("project_id", "project");
    file.put("private_key_id", KEY_ID).put("client_id", "1").put("client_email", EMAIL);
    file.put("private_key", secret()).put("token_uri", root + "/token");
    return file.toString();
  }

  /** What must never be printed. */
  String secret() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  /** Tokens that were given are good no more. */
  void forgetTokens() {
    tokens.clear();
  }

  /** RFC 7523: a signed assertion for a token. */
  void giveToken(StubRequest request) throws IOException {
    Map<String, String> form = new TreeMap<>();
    for (String pair :
        new String(request.body().readAllBytes(), StandardCharsets.UTF_8).split("&", -1)) {
      String[] both = pair.split("=", 2);
      form.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
    }
    String[] parts = form.getOrDefault("assertion", "").split("\\.", -1);
    if (parts.length != 3
        || !"urn:ietf:params:oauth:grant-type:jwt-bearer".equals(form.get("grant_type"))) {
      throw StubError.invalid("invalid_request");
    }
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    JsonNode claims = StubRequest.JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
    long now = Instant.now().getEpochSecond();
    if (!verifies(signed, Base64.getUrlDecoder().decode(parts[2]))
        || !claims.path("iss").asText().equals(EMAIL)
        || !claims.path("aud").asText().equals(AUDIENCE)
        || !claims.path("scope").asText().contains("/auth/")
        || claims.path("iat").asLong() > now + 60
        || claims.path("exp").asLong() <= now) {
      throw new StubError(401, "invalid_grant", "invalid_grant");
    }
    String token = "ya29." + UUID.randomUUID();
    tokens.add(token);
    request.answer(
        200,
        StubRequest.JSON
            .createObjectNode()
            .put("access_token", token)
            .put("token_type", "Bearer")
            .put("expires_in", 3600));
  }

  /** Refuses who does not show a token. */
  void checkToken(StubRequest request) {
    String shown = request.header("Authorization").orElse("none");
    if (!shown.startsWith("Bearer ") || !tokens.contains(shown.substring("Bearer ".length()))) {
      throw new StubError(401, "authError", "Invalid Credentials");
    }
  }

  /** Refuses a URL that this account did not sign, for this method and now. */
  void checkSignature(StubRequest request) {
    Map<String, String> query = new TreeMap<>(request.query());
    String signature = query.remove("X-Goog-Signature");
    String at = query.getOrDefault("X-Goog-Date", "");
    String scope = at.substring(0, Math.min(8, at.length())) + "/auto/storage/goog4_request";
    if (signature == null
        || !ALGORITHM.equals(query.get("X-Goog-Algorithm"))
        || !(EMAIL + "/" + scope).equals(query.get("X-Goog-Credential"))
        || !"host".equals(query.get("X-Goog-SignedHeaders"))
        || query.size() != 5) {
      throw new StubError(403, "forbidden", "The signature is not of the form that is known here");
    }
    Instant begin = LocalDateTime.parse(at, TIME).toInstant(ZoneOffset.UTC);
    long seconds = Long.parseLong(query.getOrDefault("X-Goog-Expires", "0"));
    if (seconds > Duration.ofDays(7).toSeconds()
        || Instant.now().isBefore(begin.minusSeconds(60))
        || Instant.now().isAfter(begin.plusSeconds(seconds))) {
      throw new StubError(400, "expired", "The signature has expired");
    }
    String parameters =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue().replace("/", "%2F").replace("@", "%40"))
            .collect(Collectors.joining("&"));
    String canonical =
        request.method()
            + "\n"
            + request.rawPath()
            + "\n"
            + parameters
            + "\nhost:"
            + request.header("Host").orElse("")
            + "\n\nhost\nUNSIGNED-PAYLOAD";
    byte[] hash =
        ContentHash.newDigest("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
    String signed = String.join("\n", ALGORITHM, at, scope, HexFormat.of().formatHex(hash));
    if (!verifies(signed.getBytes(StandardCharsets.UTF_8), HexFormat.of().parseHex(signature))) {
      throw new StubError(
          403, "forbidden", "The signature does not match the one that was calculated");
    }
  }

  private boolean verifies(byte[] text, byte[] signature) {
    try {
      Signature rsa = Signature.getInstance("SHA256withRSA");
      rsa.initVerify(key.getPublic());
      rsa.update(text);
      return rsa.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
