package io.icegate.standalone.demo;

import io.icegate.standalone.telemetry.LoggingApplication;
import io.icegate.standalone.telemetry.OtlpTarget;
import io.icegate.standalone.telemetry.Protocol;
import io.icegate.standalone.telemetry.SdkExportCounts;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import org.slf4j.Logger;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A little shop whose services log what their customers do. Two services send over gRPC, two over HTTP, one of each with gzip.
 */
final class Shop
{
    private static final long SEED = 20261121;
    private static final int RECORDS_PER_TRACE = 5;
    private static final List<String> CURRENCIES = List.of("EUR", "USD", "JPY");

    private record Service(String name, Protocol protocol) {}

    private static final List<Service> SERVICES = List.of(
            new Service("checkout", Protocol.GRPC),
            new Service("inventory", Protocol.GRPC_GZIP),
            new Service("payment", Protocol.HTTP),
            new Service("shipping", Protocol.HTTP_GZIP));

    private final OtlpTarget target;
    private final SdkExportCounts counts;

    Shop(OtlpTarget target, SdkExportCounts counts)
    {
        this.target = target;
        this.counts = counts;
    }

    /**
     * Logs at least that many records and waits until all of them are answered.
     *
     * @return how many were logged
     */
    long run(int recordsMin)
            throws InterruptedException
    {
        int share = Math.ceilDiv(recordsMin, SERVICES.size());
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int index = 0; index < SERVICES.size(); index++) {
                Service service = SERVICES.get(index);
                RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + index);
                running.add(executor.submit(() -> work(service, share, random)));
            }
            for (Future<?> service : running) {
                service.get();
            }
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
        return (long) share * SERVICES.size();
    }

    private void work(Service service, int records, RandomGenerator random)
    {
        try (LoggingApplication application = LoggingApplication.batching(service.name(), target, service.protocol(), counts)) {
            for (int done = 0; done < records; done += RECORDS_PER_TRACE) {
                serve(application.logger(), Math.min(RECORDS_PER_TRACE, records - done), random);
            }
            application.flush();
        }
    }

    private static void serve(Logger logger, int records, RandomGenerator random)
    {
        SpanContext context = SpanContext.create(hex(random, 16), hex(random, 8), TraceFlags.getSampled(), TraceState.getDefault());
        try (Scope _ = Span.wrap(context).makeCurrent()) {
            long order = random.nextLong(1_000_000);
            for (int step = 0; step < records; step++) {
                log(logger, order, step, random);
            }
        }
    }

    private static void log(Logger logger, long order, int step, RandomGenerator random)
    {
        int millis = 1 + (int) Math.abs(random.nextGaussian() * 40);
        int chance = random.nextInt(100);
        if (chance < 2) {
            logger.atError()
                    .addKeyValue("order.id", order)
                    .addKeyValue("http.response.status_code", 502)
                    .setCause(new IllegalStateException("upstream closed the connection"))
                    .log("Cannot finish order {}: step {} failed after {} ms", order, step, millis);
        }
        else if (chance < 10) {
            logger.atWarn()
                    .addKeyValue("order.id", order)
                    .addKeyValue("http.response.status_code", 429)
                    .addKeyValue("retry", true)
                    .log("Order {} waits: step {} is throttled", order, step);
        }
        else {
            logger.atInfo()
                    .addKeyValue("order.id", order)
                    .addKeyValue("http.response.status_code", 200)
                    .addKeyValue("duration.ms", (double) millis)
                    .addKeyValue("currency", CURRENCIES.get(random.nextInt(CURRENCIES.size())))
                    .log("Order {} finished step {} in {} ms", order, step, millis);
        }
    }

    private static String hex(RandomGenerator random, int bytes)
    {
        byte[] id = new byte[bytes];
        random.nextBytes(id);
        // an id of zeros is invalid
        id[0] = 1;
        return HexFormat.of().formatHex(id);
    }
}
