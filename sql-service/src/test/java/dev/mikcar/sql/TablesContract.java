package dev.mikcar.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mikcar.test.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of a table as things of their own. */
abstract class TablesContract extends WireContract {
  private String t;

  @BeforeEach
  void makeTable() {
    t = fresh();
    given("CREATE TABLE " + t + " (id int PRIMARY KEY, name text, n int DEFAULT 7)");
    given("INSERT INTO " + t + " VALUES (1, 'ann', 1), (2, 'bob', 2), (3, 'cid', 2)");
  }

  private Response get(String rest) {
    return http().get("/sql/tables/" + t + rest);
  }

  private Response patch(String rest, String body) {
    return json()
        .send("PATCH", "/sql/tables/" + t + rest, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void rowsAreListedByTheirKey() {
    assertThat(get("?limit=2").text())
        .isEqualTo(
            "{\"rows\":[{\"id\":1,\"name\":\"ann\",\"n\":1},{\"id\":2,\"name\":\"bob\",\"n\":2}],"
                + "\"row_count\":2}");
  }

  @Test
  void columnsFilterOrderAndPage() {
    assertThat(get("?n=2&order=id.desc&limit=1&offset=0").text()).contains("\"cid\"");
    assertThat(get("?n=2&order=n.asc,name.desc&offset=1").text())
        .isEqualTo("{\"rows\":[{\"id\":2,\"name\":\"bob\",\"n\":2}],\"row_count\":1}");
  }

  @Test
  void aRowIsReadByItsKey() {
    assertThat(get("/2").text()).isEqualTo("{\"id\":2,\"name\":\"bob\",\"n\":2}");
    assertError(get("/9"), 404, "NOT_FOUND");
  }

  private Response put(String rest, String body) {
    return json().put("/sql/tables/" + t + rest, body);
  }

  @Test
  void patchSetsTheColumnsThatAreGiven() {
    Response answer = patch("/2", "{\"name\":\"eve\"}");

    assertThat(answer.text()).isEqualTo("{\"id\":2,\"name\":\"eve\",\"n\":2}");
    assertError(patch("/9", "{\"name\":\"x\"}"), 404, "NOT_FOUND");
  }

  @Test
  void putReplacesTheRow() {
    assertThat(put("/2", "{\"name\":\"eve\"}").text())
        .isEqualTo("{\"id\":2,\"name\":\"eve\",\"n\":7}");
    assertThat(put("/2", "{\"n\":null}").text()).isEqualTo("{\"id\":2,\"name\":null,\"n\":null}");
    assertThat(put("/2", "{}").text()).isEqualTo("{\"id\":2,\"name\":null,\"n\":7}");
    assertThat(get("/3").text()).isEqualTo("{\"id\":3,\"name\":\"cid\",\"n\":2}");
  }

  @Test
  void putMakesNoRow() {
    assertError(put("/9", "{\"name\":\"x\"}"), 404, "NOT_FOUND");
    assertError(get("/9"), 404, "NOT_FOUND");
  }

  @Test
  void putMayRepeatTheKeyButNotChangeIt() {
    assertThat(put("/2", "{\"id\":2,\"name\":\"a\"}").status()).isEqualTo(200);
    assertThat(put("/2", "{\"id\":\"2\",\"name\":\"a\"}").status()).isEqualTo(200);
    assertError(put("/2", "{\"id\":3,\"name\":\"b\"}"), 400, "BAD_REQUEST");
    assertError(put("/2", "{\"id\":null}"), 400, "BAD_REQUEST");
    assertError(put("/2", "{\"id\":[2]}"), 400, "BAD_REQUEST");
    assertThat(get("/2").text()).contains("\"name\":\"a\"");
  }

  @Test
  void putSetsDefaultsOfEveryKind() {
    String kinds = fresh();
    given(
        "CREATE TABLE "
            + kinds
            + " (id int PRIMARY KEY, a int DEFAULT -3, b text DEFAULT 'it''s',"
            + " c text DEFAULT (upper('x')), d text NOT NULL DEFAULT CURRENT_DATE,"
            + " e boolean DEFAULT true, f int GENERATED ALWAYS AS (id + 1) STORED, g text)");
    given("INSERT INTO " + kinds + " (id, a, b, c, d, e, g) VALUES (1, 0, '', '', '', false, '')");

    Response answer = json().put("/sql/tables/" + kinds + "/1", "{\"g\":\"kept\"}");

    assertThat(answer.text())
        .startsWith("{\"id\":1,\"a\":-3,\"b\":\"it's\",\"c\":\"X\",\"d\":\"20")
        .endsWith("\"e\":true,\"f\":2,\"g\":\"kept\"}");
    assertThat(http().get("/sql/tables/" + kinds + "?f=2").text()).contains("\"row_count\":1");
  }

  @Test
  void putOfATableThatIsAllKeyFindsTheRow() {
    String tags = fresh();
    given("CREATE TABLE " + tags + " (a text, b text, PRIMARY KEY (a, b))");
    given("INSERT INTO " + tags + " VALUES ('x', 'y')");

    assertThat(json().put("/sql/tables/" + tags + "/x,y", "{}").text())
        .isEqualTo("{\"a\":\"x\",\"b\":\"y\"}");
    assertError(json().put("/sql/tables/" + tags + "/x,z", "{}"), 404, "NOT_FOUND");
  }

  @Test
  void putThatBreaksAConstraintChangesNothing() {
    String strict = fresh();
    given("CREATE TABLE " + strict + " (id int PRIMARY KEY, a text NOT NULL, b int)");
    given("INSERT INTO " + strict + " VALUES (1, 'a', 1)");

    assertError(
        json().put("/sql/tables/" + strict + "/1", "{\"b\":2}"), 409, "CONSTRAINT_VIOLATION");
    assertThat(rows("SELECT * FROM " + strict)).isEqualTo("[{\"id\":1,\"a\":\"a\",\"b\":1}]");
  }

  @Test
  void aRowIsDeletedOnce() {
    assertThat(http().delete("/sql/tables/" + t + "/3").text()).isEqualTo("{\"rows_affected\":1}");
    assertError(http().delete("/sql/tables/" + t + "/3"), 404, "NOT_FOUND");
  }

  @Test
  void rowsAreInserted() {
    Response one = json().post("/sql/tables/" + t, "{\"id\":10,\"name\":\"x\"}");
    Response many = json().post("/sql/tables/" + t, "[{\"id\":11},{\"id\":12,\"n\":null}]");

    assertThat(one.status()).isEqualTo(201);
    assertThat(one.text())
        .isEqualTo("{\"rows\":[{\"id\":10,\"name\":\"x\",\"n\":7}],\"row_count\":1}");
    assertThat(many.status()).isEqualTo(201);
    assertThat(many.text()).contains("\"id\":11,\"name\":null,\"n\":7", "\"id\":12", "\"n\":null");
  }

  @Test
  void aListOfRowsIsInsertedWholeOrNotAtAll() {
    Response answer = json().post("/sql/tables/" + t, "[{\"id\":20},{\"id\":1}]");

    assertError(answer, 409, "CONSTRAINT_VIOLATION");
    assertError(get("/20"), 404, "NOT_FOUND");
  }

  @Test
  void aKeyMayHaveSeveralColumns() {
    String pair = fresh();
    given("CREATE TABLE " + pair + " (a text, b int, v text, PRIMARY KEY (b, a))");
    given("INSERT INTO " + pair + " VALUES ('x,y', 5, 'found')");

    Response answer = http().get("/sql/tables/" + pair + "/5,x%2Cy");

    assertThat(answer.text()).isEqualTo("{\"a\":\"x,y\",\"b\":5,\"v\":\"found\"}");
    assertError(http().get("/sql/tables/" + pair + "/5"), 400, "BAD_REQUEST");
  }

  @Test
  void aTableWithoutAKeyHasNoRowsToName() {
    String plain = fresh();
    given("CREATE TABLE " + plain + " (a text)");

    assertError(http().get("/sql/tables/" + plain + "/1"), 400, "BAD_REQUEST");
    assertThat(http().get("/sql/tables/" + plain).text())
        .isEqualTo("{\"rows\":[],\"row_count\":0}");
  }

  @Test
  void namesThatNeedQuotesAreFound() {
    given("CREATE TABLE \"we\"\"ird " + t + "\" (\"the \"\"key\" int PRIMARY KEY, \"Ünï\" text)");
    String path = "/sql/tables/" + encoded("we\"ird " + t);

    Response stored = json().post(path, "{\"the \\\"key\":1,\"Ünï\":\"x\"}");

    assertThat(stored.status()).as(stored.toString()).isEqualTo(201);
    assertThat(http().get(path + "?" + encoded("the \"key") + "=1").text())
        .contains("\"row_count\":1");
  }

  @Test
  void unknownNamesAreSaid() {
    assertError(http().get("/sql/tables/nope" + t), 404, "NOT_FOUND");
    assertError(get("?nope=1"), 400, "BAD_REQUEST");
    assertError(get("?order=nope"), 400, "BAD_REQUEST");
    assertError(patch("/1", "{\"nope\":1}"), 400, "BAD_REQUEST");
    assertError(put("/1", "{\"nope\":1}"), 400, "BAD_REQUEST");
    assertError(json().post("/sql/tables/" + t, "{\"nope\":1}"), 400, "BAD_REQUEST");
    assertError(patch("/1", "{}"), 400, "BAD_REQUEST");
    assertError(get("?limit=0"), 400, "BAD_REQUEST");
    assertError(get("?offset=-1"), 400, "BAD_REQUEST");
  }

  /** None of these does harm, finds what it should not, or is a 500, wherever it stands. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 OR 1=1",
        "1' OR '1'='1",
        "1; DROP TABLE x",
        "'; DROP TABLE x; --",
        "\" OR 1=1 --",
        "\"; DELETE FROM x; --",
        "1 UNION SELECT 1,2,3",
        "id\" = 1 OR \"id",
        "$1",
        "$(id)",
        "?1",
        "\\'; DROP TABLE x; --",
        "/**/OR/**/1=1",
        "1) OR (1=1",
        "%00",
        "\u0000",
        "\\",
        "ʼ OR 1=1",
        "1e400",
        "null",
        "id.desc; DROP TABLE x",
        "(SELECT 1)",
        "pg_catalog.pg_authid",
        "sqlite_schema"
      })
  void injectionsFindNothing(String evil) {
    String text = evil.replace("x", t);
    String encoded = encoded(text);

    Response[] answers = {
      http().get("/sql/tables/" + encoded),
      get("?name=" + encoded),
      get("?n=" + encoded),
      get("?" + encoded + "=1"),
      get("?order=" + encoded),
      get("?limit=" + encoded),
      get("/" + encoded),
      http().delete("/sql/tables/" + t + "/" + encoded),
      patch("/1", "{" + jsonText(text) + ":1}"),
      put("/1", "{" + jsonText(text) + ":1}"),
      json().post("/sql/tables/" + t, "{" + jsonText(text) + ":1}"),
      query(
          "{\"sql\":\"SELECT id FROM "
              + t
              + " WHERE name = $1\",\"params\":["
              + jsonText(text)
              + "]}")
    };

    for (Response answer : answers) {
      assertThat(answer.status()).as(answer.toString()).isLessThan(500);
      if (answer.status() == 200) {
        assertThat(answer.text()).isEqualTo("{\"rows\":[],\"row_count\":0}");
      }
    }
    assertThat(rows("SELECT count(*) AS c, sum(n) AS s FROM " + t)).startsWith("[{\"c\":3,");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String jsonText(String text) {
    return quoted(text).replace("\0", "\\u0000");
  }
}
