package io.icegate.receiver;

import io.grpc.CallOptions;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.icegate.receiver.otlp.FuzzInput;
import io.icegate.receiver.otlp.FuzzInputs;
import io.icegate.receiver.signal.Encoding;
import org.junit.jupiter.api.Test;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A part of the requests of {@link FuzzInputs} against a real receiver. {@code -Dicegate.fuzz-seeds} sets of how many seeds,
 * {@code -Plong} sets more; {@code -Dicegate.seed} begins with a seed.
 */
final class TestFuzzOverTheWire
{
    private static final int SEEDS = Integer.getInteger("icegate.fuzz-seeds", 8);
    private static final long SEED = Long.getLong("icegate.seed", 1);
    private static final int INPUTS_OF_A_SEED = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CLIENTS = 4;
    private static final Set<Integer> HTTP_ANSWERS = Set.of(200, 400, 413);
    private static final Set<Status.Code> GRPC_ANSWERS = Set.of(Status.Code.OK, Status.Code.INVALID_ARGUMENT, Status.Code.RESOURCE_EXHAUSTED);
    /**
     * As gRPC calls them; what is not here is sent over HTTP only.
     */
    private static final Map<String, String> GRPC_CODINGS = Map.of("identity", "identity", "gzip", "gzip", "zstd", "zstd", "deflate", "deflate", "x-snappy-framed", "snappy");

    private final Map<Object, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void testAnswersAreTheClientsFault()
            throws Exception
    {
        AtomicLong seed = new AtomicLong(SEED);
        try (TestingReceiver receiver = TestingReceiver.withoutCommits(); HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            ManagedChannel channel = channel(receiver.grpcPort());
            List<Thread> threads = Stream.generate(() -> Thread.ofVirtual().unstarted(() -> send(seed, receiver.httpPort(), http, channel))).limit(CLIENTS).toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            channel.shutdownNow();
            System.out.printf("fuzz over the wire: first seed=%s answers=%s%n", SEED, new TreeMap<>(Map.copyOf(asText())));
            assertThat(wrong).isEmpty();
            receiver.client().export("after");
        }
        assertThat(answers.keySet()).contains(200, 400, Status.Code.OK, Status.Code.INVALID_ARGUMENT);
    }

    private Map<String, Integer> asText()
    {
        Map<String, Integer> text = new TreeMap<>();
        answers.forEach((answer, count) -> text.put(answer.toString(), count.get()));
        return text;
    }

    private void send(AtomicLong seeds, int httpPort, HttpClient http, ManagedChannel channel)
    {
        for (long seed = seeds.getAndIncrement(); seed - SEED < SEEDS; seed = seeds.getAndIncrement()) {
            for (FuzzInput input : FuzzInputs.of(seed).subList(0, INPUTS_OF_A_SEED)) {
                try {
                    int status = post(input, httpPort, http);
                    answered(input, status, HTTP_ANSWERS.contains(status));
                    if (input.encoding() == Encoding.PROTOBUF && GRPC_CODINGS.containsKey(input.coding())) {
                        Status.Code code = export(input, channel);
                        answered(input, code, GRPC_ANSWERS.contains(code));
                    }
                }
                catch (Exception e) {
                    answered(input, e, false);
                }
            }
        }
    }

    private void answered(FuzzInput input, Object answer, boolean right)
    {
        if (right) {
            answers.computeIfAbsent(answer, _ -> new AtomicInteger()).incrementAndGet();
        }
        else {
            synchronized (wrong) {
                wrong.add("%s: %s".formatted(answer, input));
            }
        }
    }

    private static int post(FuzzInput input, int httpPort, HttpClient http)
            throws Exception
    {
        HttpResponse<Void> response = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:%s%s".formatted(httpPort, input.signal().path())))
                        .header("Content-Type", input.encoding() == Encoding.JSON ? "application/json" : "application/x-protobuf")
                        .header("Content-Encoding", input.coding())
                        .timeout(PATIENCE)
                        .POST(BodyPublishers.ofByteArray(input.wire()))
                        .build(),
                BodyHandlers.discarding());
        return response.statusCode();
    }

    private static Status.Code export(FuzzInput input, ManagedChannel channel)
            throws Exception
    {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE).withCompression(GRPC_CODINGS.get(input.coding()));
        try {
            RawExport.export(channel, RawExport.method(input.signal().service() + "/Export"), options, input.wire()).get(PATIENCE.toSeconds() * 2, SECONDS);
            return Status.Code.OK;
        }
        catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException failure) {
                return failure.getStatus().getCode();
            }
            throw e;
        }
    }

    private static ManagedChannel channel(int port)
    {
        CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
        GRPC_CODINGS.values().forEach(coding -> compressors.register(coding.equals("identity") ? Codec.Identity.NONE : new Compressed(coding)));
        return NettyChannelBuilder.forAddress("localhost", port).usePlaintext().compressorRegistry(compressors).build();
    }

    /**
     * Sends bytes as they are, because they are compressed already, or meant to be.
     */
    private record Compressed(String name)
            implements Codec
    {
        @Override
        public String getMessageEncoding()
        {
            return name;
        }

        @Override
        public InputStream decompress(InputStream in)
        {
            throw new UnsupportedOperationException("Answers are not compressed");
        }

        @Override
        public OutputStream compress(OutputStream out)
        {
            return out;
        }
    }
}
