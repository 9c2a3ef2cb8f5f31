package io.icegate.receiver.otlp;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.Descriptors;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.airlift.compress.v3.snappy.SnappyFramedOutputStream;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.icegate.receiver.decode.MetricPayloads;
import io.icegate.receiver.decode.OtlpJsonWriter;
import io.icegate.receiver.decode.OtlpPayloads;
import io.icegate.receiver.decode.SpanPayloads;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Makes requests of all signals, encodings and codings from seeds: intact ones, and ones that are damaged as bytes, as
 * protobuf, as JSON or when compressed.
 */
public final class FuzzInputs
{
    /**
     * Made of one generated request.
     */
    public static final int INPUTS_PER_SEED = 256;
    private static final List<String> CODINGS = List.of("gzip", "zstd", "deflate", "zlib", "snappy", "x-snappy-framed", "lz4");
    /**
     * Most requests are cut down to lists of one message, one of so many has two. They meet the same code, and are tried fifty
     * times as fast.
     */
    private static final int TWO_ELEMENTS_OF = 4;
    private static final int WHOLE_REQUEST_OF = 50;
    private static final int COMPRESSED_OF = 12;
    private static final int NESTING_MAX = 20_000;
    /**
     * They take a thousand times as long as others.
     */
    private static final int DEEP_OF = 500;
    private static final int RUN_MAX = 3_000;
    private static final List<String> TOKENS = List.of(
            "null",
            "true",
            "\"\"",
            "{}",
            "[]",
            "[[[[",
            "}}",
            "1e999",
            "-0",
            "0.1e-400",
            "18446744073709551616",
            "-9223372036854775809",
            "\"NaN\"",
            "\"-Infinity\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"kvlistValue\":{\"values\":[",
            "\"arrayValue\":",
            "\"intValue\":\"1x\"",
            "\"dataPoints\":[{}],",
            "\"gauge\":{},",
            "\"sum\":{\"dataPoints\":[{\"asInt\":1.5}]},",
            "\"traceId\":\"zz\",",
            "\"bytesValue\":\"=\"",
            ",,",
            ":",
            "\\",
            "\"",
            "/*",
            "\u2028",
            "\uD83D\uDE00",
            "1".repeat(1_200),
            "\"resource\":",
            "\"key\":1,");

    private FuzzInputs() {}

    /**
     * The requests of a seed.
     */
    public static List<FuzzInput> of(long seed)
    {
        Random random = new Random(seed);
        OtlpSignal signal = OtlpSignal.ALL.get(random.nextInt(OtlpSignal.ALL.size()));
        boolean whole = random.nextInt(WHOLE_REQUEST_OF) == 0;
        Message request = whole ? request(signal, random) : cutDown(request(signal, random), random);
        long records = records(request);
        byte[] protobuf = request.toByteArray();
        byte[] other = (whole ? request(signal, random) : cutDown(request(signal, random), random)).toByteArray();
        byte[] json = new OtlpJsonWriter(random).write(request).getBytes(UTF_8);
        List<FuzzInput> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS_PER_SEED; i++) {
            Encoding encoding = random.nextInt(5) < 3 ? Encoding.PROTOBUF : Encoding.JSON;
            boolean intact = random.nextInt(8) == 0;
            byte[] body = switch (encoding) {
                case PROTOBUF -> intact ? protobuf : damagedProtobuf(random, protobuf, other);
                case JSON -> intact ? json : damagedJson(random, json);
            };
            String coding = random.nextInt(COMPRESSED_OF) == 0 ? CODINGS.get(random.nextInt(CODINGS.size())) : "identity";
            byte[] wire = compress(coding, body, random);
            if (!coding.equals("identity") && random.nextInt(3) == 0) {
                wire = damaged(random, wire);
                intact = false;
            }
            inputs.add(new FuzzInput(seed, signal, encoding, coding, wire, intact ? OptionalLong.of(records) : OptionalLong.empty()));
        }
        return inputs;
    }

    /**
     * The same message with a few neighbours of each list of messages.
     */
    private static Message cutDown(Message message, Random random)
    {
        Message.Builder builder = message.toBuilder();
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() != Descriptors.FieldDescriptor.JavaType.MESSAGE) {
                return;
            }
            if (value instanceof List<?> elements) {
                int count = Math.min(elements.size(), random.nextInt(TWO_ELEMENTS_OF) == 0 ? 2 : 1);
                int from = random.nextInt(elements.size() - count + 1);
                builder.setField(field, elements.subList(from, from + count).stream().map(element -> cutDown((Message) element, random)).toList());
            }
            else {
                builder.setField(field, cutDown((Message) value, random));
            }
        });
        return builder.build();
    }

    private static Message request(OtlpSignal signal, Random random)
    {
        boolean odd = random.nextInt(4) == 0;
        return switch (signal.name()) {
            case "logs" -> new OtlpPayloads(random, odd).request();
            case "traces" -> new SpanPayloads(random, odd).request();
            case "metrics" -> new MetricPayloads(random, odd).request();
            default -> throw new IllegalArgumentException("Cannot generate " + signal);
        };
    }

    /**
     * The message that protobuf's own classes make of a request.
     */
    static Message parse(OtlpSignal signal, byte[] request)
            throws InvalidProtocolBufferException
    {
        return switch (signal.name()) {
            case "logs" -> ExportLogsServiceRequest.parseFrom(request);
            case "traces" -> ExportTraceServiceRequest.parseFrom(request);
            case "metrics" -> ExportMetricsServiceRequest.parseFrom(request);
            default -> throw new IllegalArgumentException("Cannot parse " + signal);
        };
    }

    /**
     * Records of a request, of metrics their data points.
     */
    static long records(Message request)
    {
        return switch (request) {
            case ExportLogsServiceRequest logs -> logs.getResourceLogsList().stream().flatMap(resource -> resource.getScopeLogsList().stream()).mapToLong(scope -> scope.getLogRecordsCount()).sum();
            case ExportTraceServiceRequest spans -> spans.getResourceSpansList().stream().flatMap(resource -> resource.getScopeSpansList().stream()).mapToLong(scope -> scope.getSpansCount()).sum();
            case ExportMetricsServiceRequest metrics -> metrics.getResourceMetricsList().stream()
                    .flatMap(resource -> resource.getScopeMetricsList().stream())
                    .flatMap(scope -> scope.getMetricsList().stream())
                    .mapToLong(FuzzInputs::points)
                    .sum();
            default -> throw new IllegalArgumentException("Cannot count " + request.getDescriptorForType());
        };
    }

    private static long points(Metric metric)
    {
        return switch (metric.getDataCase()) {
            case GAUGE -> metric.getGauge().getDataPointsCount();
            case SUM -> metric.getSum().getDataPointsCount();
            case HISTOGRAM -> metric.getHistogram().getDataPointsCount();
            case EXPONENTIAL_HISTOGRAM -> metric.getExponentialHistogram().getDataPointsCount();
            case SUMMARY -> metric.getSummary().getDataPointsCount();
            // may be points of a kind that we do not know, and counts as one record then
            case DATA_NOT_SET -> metric.getUnknownFields().isEmpty() ? 0 : 1;
        };
    }

    /**
     * Metrics of a request that have no points. One that is rejected counts as one record, too.
     */
    static long metricsWithoutPoints(Message request)
    {
        if (!(request instanceof ExportMetricsServiceRequest metrics)) {
            return 0;
        }
        return metrics.getResourceMetricsList().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream())
                .filter(metric -> points(metric) == 0)
                .count();
    }

    private static byte[] damaged(Random random, byte[] bytes)
    {
        byte[] changed = bytes.clone();
        switch (random.nextInt(6)) {
            case 0 -> {
                return Arrays.copyOf(changed, random.nextInt(changed.length + 1));
            }
            case 1 -> {
                int from = random.nextInt(changed.length + 1);
                int to = Math.min(changed.length, from + random.nextInt(20));
                return splice(changed, from, to, new byte[0]);
            }
            case 2 -> {
                byte[] inserted = new byte[random.nextInt(12)];
                random.nextBytes(inserted);
                int at = random.nextInt(changed.length + 1);
                return splice(changed, at, at, inserted);
            }
            case 3 -> {
                int from = random.nextInt(changed.length + 1);
                int to = Math.min(changed.length, from + random.nextInt(200));
                int at = random.nextInt(changed.length + 1);
                return splice(changed, at, at, Arrays.copyOfRange(changed, from, to));
            }
            default -> {
                for (int i = random.nextInt(4); i >= 0 && changed.length > 0; i--) {
                    int at = random.nextInt(changed.length);
                    changed[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (changed[at] ^ 1 << random.nextInt(8));
                }
                return changed;
            }
        }
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] inserted)
    {
        byte[] result = new byte[bytes.length - (to - from) + inserted.length];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(inserted, 0, result, from, inserted.length);
        System.arraycopy(bytes, to, result, from + inserted.length, bytes.length - to);
        return result;
    }

    private static byte[] damagedProtobuf(Random random, byte[] request, byte[] other)
    {
        return switch (random.nextInt(12)) {
            case 0 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                yield noise;
            }
            // protobuf adds up what comes one after the other
            case 1 -> splice(request, request.length, request.length, damaged(random, other));
            // the end of another request, at some place
            case 2 -> splice(request, random.nextInt(request.length + 1), request.length, Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length));
            case 3 -> {
                // a length, or a number, that is far too large
                int at = random.nextInt(request.length + 1);
                byte[] varint = new byte[1 + random.nextInt(11)];
                Arrays.fill(varint, (byte) 0xFF);
                varint[varint.length - 1] = (byte) random.nextInt(128);
                yield splice(request, at, Math.min(request.length, at + random.nextInt(3)), varint);
            }
            case 4 -> nestedMessages(random, depth(random, NESTING_MAX));
            case 5 -> {
                // groups, opened and perhaps closed
                int at = random.nextInt(request.length + 1);
                byte[] groups = new byte[random.nextInt(random.nextInt(20) == 0 ? RUN_MAX : 20)];
                Arrays.fill(groups, (byte) (random.nextInt(16) << 3 | 3 + random.nextInt(2)));
                yield splice(request, at, at, groups);
            }
            default -> damaged(random, request);
        };
    }

    /**
     * Mostly about as deep as is allowed.
     */
    private static int depth(Random random, int max)
    {
        if (random.nextInt(DEEP_OF) == 0) {
            return max;
        }
        return random.nextInt(random.nextInt(4) == 0 ? 300 : 80);
    }

    /**
     * A value within a value within a value, in the attributes of a resource.
     */
    private static byte[] nestedMessages(Random random, int depth)
    {
        byte[][] paths = {{10, 10, 10, 10, 18}, {42}, {50, 10, 18}, {10}, {26}, {34}};
        ByteArrayOutputStream reversed = new ByteArrayOutputStream();
        long length = 0;
        // from inside to outside, and each part backwards
        for (int i = 0; i < depth; i++) {
            byte[] path = paths[random.nextInt(4) == 0 ? random.nextInt(paths.length) : 1 + i % 2];
            for (int j = path.length - 1; j >= 0; j--) {
                length += reverse(reversed, length, path[j]);
            }
        }
        for (byte tag : new byte[] {18, 10, 10, 10}) {
            length += reverse(reversed, length, tag);
        }
        byte[] bytes = reversed.toByteArray();
        for (int i = 0; i < bytes.length / 2; i++) {
            byte swapped = bytes[i];
            bytes[i] = bytes[bytes.length - 1 - i];
            bytes[bytes.length - 1 - i] = swapped;
        }
        return bytes;
    }

    /**
     * Writes tag and length of what is inside, backwards.
     */
    private static int reverse(ByteArrayOutputStream out, long length, byte tag)
    {
        byte[] varint = new byte[10];
        int count = 0;
        long left = length;
        do {
            varint[count++] = (byte) (left & 0x7F | (left > 0x7F ? 0x80 : 0));
            left >>>= 7;
        }
        while (left > 0);
        for (int i = count - 1; i >= 0; i--) {
            out.write(varint[i]);
        }
        out.write(tag);
        return count + 1;
    }

    private static byte[] damagedJson(Random random, byte[] json)
    {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                byte[] changed = json;
                for (int i = random.nextInt(3); i >= 0; i--) {
                    int at = random.nextInt(changed.length + 1);
                    byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(UTF_8);
                    changed = splice(changed, at, Math.min(changed.length, at + random.nextInt(6)), token);
                }
                yield changed;
            }
            case 3 -> replacedValue(random, json);
            case 4 -> nestedJson(random, depth(random, NESTING_MAX * 10));
            default -> damaged(random, json);
        };
    }

    /**
     * What stands behind a colon becomes something else.
     */
    private static byte[] replacedValue(Random random, byte[] json)
    {
        int start = random.nextInt(json.length);
        for (int i = start; i < json.length - 1; i++) {
            if (json[i] == ':') {
                int end = i + 1;
                while (end < json.length && json[end] != ',' && json[end] != '}' && json[end] != ']') {
                    end++;
                }
                return splice(json, i + 1, end, TOKENS.get(random.nextInt(TOKENS.size())).getBytes(UTF_8));
            }
        }
        return json;
    }

    private static byte[] nestedJson(Random random, int depth)
    {
        List<String> parts = List.of("[", "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":", "{\"arrayValue\":{\"values\":[", "{\"a\":");
        StringBuilder json = new StringBuilder("{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"a\",\"value\":");
        String part = parts.get(random.nextInt(parts.size()));
        for (int i = 0; i < depth; i++) {
            json.append(random.nextInt(50) == 0 ? parts.get(random.nextInt(parts.size())) : part);
        }
        if (random.nextBoolean()) {
            String closing = new StringBuilder(json).reverse().toString();
            closing.chars().forEach(character -> {
                if (character == '[') {
                    json.append(']');
                }
                else if (character == '{') {
                    json.append('}');
                }
            });
        }
        return json.toString().getBytes(UTF_8);
    }

    private static byte[] compress(String coding, byte[] body, Random random)
    {
        return switch (coding) {
            case "gzip" -> compressed(body, GZIPOutputStream::new);
            case "zstd" -> Zstd.compress(body, 1);
            case "deflate", "zlib" -> compressed(body, DeflaterOutputStream::new);
            case "snappy" -> random.nextBoolean() ? snappyBlock(body) : snappyFramed(body);
            case "x-snappy-framed" -> snappyFramed(body);
            case "lz4" -> compressed(body, FramedLZ4CompressorOutputStream::new);
            default -> body;
        };
    }

    private static byte[] snappyBlock(byte[] content)
    {
        SnappyJavaCompressor compressor = new SnappyJavaCompressor();
        byte[] compressed = new byte[compressor.maxCompressedLength(content.length)];
        return Arrays.copyOf(compressed, compressor.compress(content, 0, content.length, compressed, 0, compressed.length));
    }

    private static byte[] snappyFramed(byte[] content)
    {
        return compressed(content, out -> new SnappyFramedOutputStream(new SnappyJavaCompressor(), out));
    }

    @FunctionalInterface
    private interface Compression
    {
        OutputStream open(OutputStream out)
                throws IOException;
    }

    private static byte[] compressed(byte[] content, Compression compression)
    {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = compression.open(bytes)) {
            out.write(content);
        }
        catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
