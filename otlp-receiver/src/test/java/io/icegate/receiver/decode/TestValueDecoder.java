package io.icegate.receiver.decode;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ids become hex that people can search for, and what hex does not give back goes to the residual.
 */
final class TestValueDecoder
{
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final String SPAN = "eee19b7ec3c1b174";

    private final ValueDecoder values = new ValueDecoder(DecodeLimits.DEFAULT);

    @Test
    void testIdOfAnyLengthIsHex()
    {
        for (int length : List.of(1, 8, 15, 16, 17, 32, 300)) {
            byte[] id = new byte[length];
            new Random(length).nextBytes(id);
            String hex = HexFormat.of().formatHex(id);
            assertThat(values.traceId(ByteString.copyFrom(id))).isEqualTo(hex);
            assertThat(values.spanId(ByteString.copyFrom(id))).isEqualTo(hex);
            assertThat(values.id(ByteString.copyFrom(id))).isEqualTo(hex);
            assertThat(values.takeReasons()).as("length %s", length).isZero();
        }
    }

    @Test
    void testZerosAreNoId()
    {
        for (int length : List.of(1, 8, 15, 16, 17, 32, 300)) {
            assertThat(values.traceId(ByteString.copyFrom(new byte[length]))).isNull();
            assertThat(values.takeReasons()).as("length %s", length).isEqualTo(Reasons.ID_FORM);
            assertThat(values.spanId(ByteString.copyFrom(new byte[length]))).isNull();
            assertThat(values.takeReasons()).as("length %s", length).isEqualTo(Reasons.ID_FORM);
        }
    }

    @Test
    void testEmptyIsNoId()
    {
        assertThat(values.traceId(ByteString.EMPTY)).isNull();
        assertThat(values.spanId(ByteString.EMPTY)).isNull();
        assertThat(values.takeReasons()).isZero();
    }

    @Test
    void testHexTextSpellsTheId()
    {
        assertThat(values.traceId(ByteString.copyFrom(TRACE.toUpperCase(Locale.ROOT), US_ASCII))).isEqualTo(TRACE);
        assertThat(values.takeReasons()).isEqualTo(Reasons.ID_FORM);
        assertThat(values.spanId(ByteString.copyFrom(SPAN, US_ASCII))).isEqualTo(SPAN);
        assertThat(values.takeReasons()).isEqualTo(Reasons.ID_FORM);
        assertThat(values.traceId(ByteString.copyFrom("0".repeat(32), US_ASCII))).isNull();
        assertThat(values.takeReasons()).isEqualTo(Reasons.ID_FORM);
        // sixteen bytes are a trace id, whatever they look like
        assertThat(values.traceId(ByteString.copyFrom(SPAN, US_ASCII))).isEqualTo(HexFormat.of().formatHex(SPAN.getBytes(US_ASCII)));
        assertThat(values.takeReasons()).isZero();
    }

    @Test
    void testLongIdIsShortened()
    {
        DecodeLimits limits = new DecodeLimits(64, 100, 100, 9, 100, 100, Duration.ofDays(1), Duration.ofDays(1));
        ValueDecoder bounded = new ValueDecoder(limits);
        assertThat(bounded.id(ByteString.fromHex("0102030405"))).isEqualTo("010203040");
        assertThat(bounded.takeReasons()).isEqualTo(Reasons.SHORTENED);
        assertThat(bounded.id(ByteString.copyFrom("x".repeat(300), US_ASCII))).isEqualTo("787878787");
        assertThat(bounded.takeReasons()).isEqualTo(Reasons.SHORTENED);
        assertThat(bounded.id(ByteString.fromHex("01020304"))).isEqualTo("01020304");
        assertThat(bounded.takeReasons()).isZero();
    }
}
