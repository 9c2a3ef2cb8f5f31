package io.icegate.catalog.log;

import io.icegate.catalog.state.CatalogChange.NamespaceChange;
import io.icegate.catalog.state.CatalogChange.ObjectChange;
import io.icegate.catalog.state.CatalogRecord;
import io.icegate.catalog.state.CatalogTransaction;
import io.icegate.catalog.state.CatalogWriter;
import io.icegate.catalog.state.ObjectKind;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestCatalogRecordParser
{
    private static final CatalogRecord RECORD = new CatalogRecord(
            1042,
            UUID.fromString("0f3e0000-0000-4000-8000-000000000001"),
            new CatalogWriter(UUID.fromString("9c1b0000-0000-4000-8000-000000000002"), Optional.empty()),
            1_763_622_000_123L,
            List.of(
                    new CatalogTransaction("0198", Optional.of("sha256:7a"), List.of(
                            new ObjectChange(TableIdentifier.of("otel", "logs"), ObjectKind.TABLE, new UUID(0, 5), Optional.of("s3://lake/a"), Optional.of("s3://lake/b"), Set.of("s3://lake/logs")),
                            new ObjectChange(TableIdentifier.of(Namespace.of("a.b", "c/d"), "v\"ü"), ObjectKind.VIEW, new UUID(0, 6), Optional.empty(), Optional.of("s3://lake/v"), Set.of("s3://lake/v2", "s3://lake/v1")),
                            new ObjectChange(TableIdentifier.of("otel", "old"), ObjectKind.TABLE, new UUID(0, 7), Optional.of("s3://lake/o"), Optional.empty(), Set.of()))),
                    new CatalogTransaction("0199", Optional.empty(), List.of(
                            new NamespaceChange(Namespace.of("otel"), Optional.of(Map.of("owner", "obs", "b", "2"))),
                            new NamespaceChange(Namespace.of("gone"), Optional.empty())))));

    private static final String JSON = "{\"version\":1042,\"id\":\"0f3e0000-0000-4000-8000-000000000001\",\"writer\":\"9c1b0000-0000-4000-8000-000000000002\",\"ts\":1763622000123,\"txns\":["
            + "{\"id\":\"0198\",\"req\":\"sha256:7a\",\"ops\":["
            + "{\"ns\":[\"otel\"],\"name\":\"logs\",\"kind\":\"table\",\"uuid\":\"00000000-0000-0000-0000-000000000005\",\"from\":\"s3://lake/a\",\"to\":\"s3://lake/b\",\"folders\":[\"s3://lake/logs\"]},"
            + "{\"ns\":[\"a.b\",\"c/d\"],\"name\":\"v\\\"ü\",\"kind\":\"view\",\"uuid\":\"00000000-0000-0000-0000-000000000006\",\"from\":null,\"to\":\"s3://lake/v\",\"folders\":[\"s3://lake/v1\",\"s3://lake/v2\"]},"
            + "{\"ns\":[\"otel\"],\"name\":\"old\",\"kind\":\"table\",\"uuid\":\"00000000-0000-0000-0000-000000000007\",\"from\":\"s3://lake/o\",\"to\":null}]},"
            + "{\"id\":\"0199\",\"ops\":["
            + "{\"ns\":[\"otel\"],\"props\":{\"b\":\"2\",\"owner\":\"obs\"}},"
            + "{\"ns\":[\"gone\"],\"props\":null}]}]}";

    @Test
    void testGoldenBytes()
    {
        assertThat(new String(CatalogRecordParser.toJson(RECORD), UTF_8)).isEqualTo(JSON);
        assertThat(CatalogRecordParser.fromJson(1042, JSON.getBytes(UTF_8))).isEqualTo(RECORD);
    }

    @Test
    void testRecordsAheadAndEmptyOnesRaiseTheFormat()
    {
        ObjectChange move = new ObjectChange(TableIdentifier.of("otel", "logs"), ObjectKind.TABLE, new UUID(0, 5), Optional.of("s3://lake/a"), Optional.of("s3://lake/b"), Set.of("s3://lake/logs"));
        CatalogRecord ahead = new CatalogRecord(7, RECORD.id(), RECORD.writer(), 1, 2, List.of(new CatalogTransaction("0198", Optional.empty(), List.of(move))));
        CatalogRecord empty = new CatalogRecord(7, RECORD.id(), RECORD.writer(), 1, List.of());
        String start = "{\"format\":3,\"version\":7,\"id\":\"0f3e0000-0000-4000-8000-000000000001\",\"writer\":\"9c1b0000-0000-4000-8000-000000000002\",\"ts\":1,";

        assertThat(new String(CatalogRecordParser.toJson(ahead), UTF_8)).startsWith(start + "\"ahead\":2,\"txns\":[{\"id\":\"0198\",");
        assertThat(new String(CatalogRecordParser.toJson(empty), UTF_8)).isEqualTo(start + "\"txns\":[]}");
        assertThat(CatalogRecordParser.fromJson(7, CatalogRecordParser.toJson(ahead))).isEqualTo(ahead);
        assertThat(CatalogRecordParser.fromJson(7, CatalogRecordParser.toJson(empty))).isEqualTo(empty);
    }

    @Test
    void testTellsTheProgram()
    {
        CatalogWriter writer = new CatalogWriter(RECORD.writer().id(), Optional.of("receiver@host-1:4711"));
        CatalogRecord record = new CatalogRecord(7, RECORD.id(), writer, 1, RECORD.transactions());
        byte[] json = CatalogRecordParser.toJson(record);
        assertThat(new String(json, UTF_8)).startsWith("{\"format\":3,\"version\":7,").contains("\"writer\":\"9c1b0000-0000-4000-8000-000000000002\",\"by\":\"receiver@host-1:4711\",\"ts\":1,");
        assertThat(CatalogRecordParser.fromJson(7, json)).isEqualTo(record);
        assertThatThrownBy(() -> new CatalogWriter(writer.id(), Optional.of("x".repeat(257)))).hasMessageContaining("its length must be 1 to 256");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"version\":1042                  | \"version\":1043                         | it calls itself version 1043",
            "\"version\":1042                  | \"format\":4,\"version\":1042            | format 4 is not known, only 2 to 3",
            "\"txns\":                         | \"ahead\":1,\"txns\":                    | it is ahead, empty or tells a program, and is of format 2",
            "\"ts\":                           | \"by\":\"job\",\"ts\":                  | it is ahead, empty or tells a program, and is of format 2",
            "\"version\":1042                  | \"format\":3,\"ahead\":5,\"version\":1042 | it is 5 ahead, not 1 to 4",
            "\"version\":1042                  | \"format\":3,\"ahead\":1,\"version\":1042 | it is 1 ahead and does more than move pointers",
            "\"version\":1042                  | \"shard\":1,\"version\":1042             | field 'shard' is not known",
            "\"kind\":\"view\"                 | \"kind\":\"index\"                       | neither table nor view",
            "\"kind\":\"view\"                 | \"kind\":\"view\",\"tag\":1              | field 'tag' is not known",
            "\"id\":\"0199\"                   | \"id\":\"0199\",\"id\":\"0200\"          | Duplicate field 'id'",
            "\"ts\":1763622000123              | \"ts\":\"now\"                           | field 'ts' is not an integer",
            "\"props\":null                    | \"props\":{\"a\":1}                      | field 'a' is not a string",
            "\"props\":null                    | \"props\":[]                             | field 'props' is not an object",
            ",\"folders\":[\"s3://lake/logs\"] | ``                                       | it has 0 folders afterwards",
            "\"s3://lake/o\",\"to\":null    | \"s3://lake/o\",\"to\":null,\"folders\":[\"s3://lake/o\"] | it has 1 folders afterwards",
            "}]}]}                             | }]}]} {}                                 | Trailing token",
            "}]}]}                             | }]}]                                     | Unexpected end-of-input",
    })
    void testRefusesWhatItDoesNotUnderstand(String part, String replacement, String message)
    {
        assertThat(JSON).contains(part);
        byte[] content = JSON.replace(part, replacement).getBytes(UTF_8);
        assertThatThrownBy(() -> CatalogRecordParser.fromJson(1042, content))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void testRecordBounds()
    {
        CatalogTransaction transaction = RECORD.transactions().get(1);
        assertThat(new CatalogRecord(1, RECORD.id(), RECORD.writer(), 1, nCopies(256, transaction)).transactions()).hasSize(256);
        assertThatThrownBy(() -> new CatalogRecord(1, RECORD.id(), RECORD.writer(), 1, nCopies(257, transaction)))
                .hasMessageContaining("it has 257 transactions, more than 256");
        assertThatThrownBy(() -> new CatalogRecord(6, RECORD.id(), RECORD.writer(), 1, 5, List.of()))
                .hasMessageContaining("it is 5 ahead, not 0 to 4");
        assertThatThrownBy(() -> new CatalogRecord(0, RECORD.id(), RECORD.writer(), 1, List.of(transaction)))
                .hasMessageContaining("out of range");
        assertThat(new CatalogTransaction("x".repeat(128), Optional.empty(), transaction.changes()).id()).hasSize(128);
        assertThatThrownBy(() -> new CatalogTransaction("x".repeat(129), Optional.empty(), transaction.changes()))
                .hasMessageContaining("its length must be 1 to 128");
    }
}
