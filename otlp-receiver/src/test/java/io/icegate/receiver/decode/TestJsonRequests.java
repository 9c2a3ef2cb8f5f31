package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.RefusedException;
import io.icegate.schema.CanonicalText;
import io.icegate.schema.LogRow;
import io.icegate.wal.BatchId;
import io.icegate.wal.format.LogBatch;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is wrong around the records of a JSON request costs as little as it can, and the client learns where it is.
 */
final class TestJsonRequests
{
    private static final BatchId ID = new BatchId(1, 2);
    private static final String GOOD = "{\"schemaUrl\":\"r\",\"scopeLogs\":[{\"schemaUrl\":\"s\",\"logRecords\":[{\"body\":{\"stringValue\":\"good\"}}]}]}";

    @Test
    void testWrongScalarOfAnEnvelope()
    {
        for (String wrong : List.of("5", "true", "[1,[2]]", "{\"a\":{\"b\":[]}}")) {
            DecodedRequest ofResource = decode("{\"resourceLogs\":[%s,%s]}".formatted(GOOD.replace("\"r\"", wrong), GOOD));
            assertThat(ofResource.acknowledgement()).isEqualTo(new Acknowledgement(0, "A value is ignored: JSON field /resourceLogs/0/schemaUrl is not a string"));
            assertThat(rows(ofResource)).extracting(LogRow::body).containsOnly(new CanonicalText('s', "good")).hasSize(2);
            assertThat(rows(ofResource)).extracting(row -> row.resource().schemaUrl()).containsExactly(null, "r");
            DecodedRequest ofScope = decode("{\"resourceLogs\":[%s,%s]}".formatted(GOOD, GOOD.replace("\"s\"", wrong)));
            assertThat(ofScope.acknowledgement()).isEqualTo(new Acknowledgement(0, "A value is ignored: JSON field /resourceLogs/1/scopeLogs/0/schemaUrl is not a string"));
            assertThat(rows(ofScope)).extracting(row -> row.scope().schemaUrl()).containsExactly("s", null);
        }
    }

    @Test
    void testWrongEnvelope()
    {
        for (String wrong : List.of("5", "null", "\"text\"", "[[]]")) {
            DecodedRequest resource = decode("{\"resourceLogs\":[%s,%s]}".formatted(wrong, GOOD));
            assertThat(rows(resource)).hasSize(1);
            assertThat(resource.acknowledgement()).isEqualTo(new Acknowledgement(0, "A value is ignored: JSON field /resourceLogs/0 is not an object"));
            DecodedRequest scope = decode("{\"resourceLogs\":[{\"scopeLogs\":[%s,{\"logRecords\":[{}]}]}]}".formatted(wrong));
            assertThat(rows(scope)).hasSize(1);
            assertThat(scope.acknowledgement()).isEqualTo(new Acknowledgement(0, "A value is ignored: JSON field /resourceLogs/0/scopeLogs/0 is not an object"));
        }
        for (String wrong : List.of("{\"scopeLogs\":\"x\"}", "{\"scopeLogs\":{}}")) {
            DecodedRequest resource = decode("{\"resourceLogs\":[%s,%s]}".formatted(wrong, GOOD));
            assertThat(rows(resource)).hasSize(1);
            assertThat(resource.acknowledgement()).isEqualTo(new Acknowledgement(0, "A value is ignored: JSON field /resourceLogs/0/scopeLogs is not an array"));
        }
        DecodedRequest records = decode("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":{\"body\":{}}}]},%s]}".formatted(GOOD));
        assertThat(rows(records)).hasSize(1);
        assertThat(records.acknowledgement()).isEqualTo(new Acknowledgement(0, "A value is ignored: JSON field /resourceLogs/0/scopeLogs/0/logRecords is not an array"));
    }

    @Test
    void testBadRecordsBehindAWrongEnvelopeKeepTheirPath()
    {
        DecodedRequest decoded = decode("{\"resourceLogs\":[5,{\"scopeLogs\":[7,{\"logRecords\":[{},{\"flags\":\"x\"}]}]}]}");
        assertThat(rows(decoded)).hasSize(1);
        assertThat(decoded.acknowledgement()).isEqualTo(new Acknowledgement(
                1,
                "1 record not stored, first resourceLogs/1/scopeLogs/1/logRecords/1: flags is not an integer. A value is ignored: JSON field /resourceLogs/0 is not an object"));
    }

    @Test
    void testNothingThatCanBeStoredIsNoSuccess()
    {
        for (String request : List.of("{\"resourceLogs\":{}}", "{\"resourceLogs\":\"x\"}")) {
            assertThatThrownBy(() -> decode(request)).isInstanceOf(RefusedException.class).hasMessage("Cannot decode request: JSON field /resourceLogs is not an array");
        }
        assertThatThrownBy(() -> decode("{\"resourceLogs\":[null]}")).isInstanceOf(RefusedException.class).hasMessage("Cannot decode request: JSON field /resourceLogs/0 is not an object");
    }

    private static DecodedRequest decode(String json)
    {
        return OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, InstantSource.fixed(Instant.EPOCH)).decode(json.getBytes(UTF_8), Encoding.JSON, ID, "tenant");
    }

    private static List<LogRow> rows(DecodedRequest decoded)
    {
        return ((LogBatch) decoded.batch()).rows();
    }
}
