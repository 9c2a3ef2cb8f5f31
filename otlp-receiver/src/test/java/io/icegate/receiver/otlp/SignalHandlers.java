package io.icegate.receiver.otlp;

import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.OtlpSignal;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stands behind a server in place of the ingest of each signal.
 */
final class SignalHandlers
{
    private final Map<OtlpSignal, FakeLogs> handlers = OtlpSignal.ALL.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new FakeLogs()));

    @FunctionalInterface
    interface Consumer
    {
        void accept(OtlpSignal signal, FakeLogs handler)
                throws Exception;
    }

    @FunctionalInterface
    interface Test
    {
        void run()
                throws Exception;
    }

    Map<OtlpSignal, ExportHandler> all()
    {
        return Map.copyOf(handlers);
    }

    FakeLogs of(OtlpSignal signal)
    {
        return requireNonNull(handlers.get(signal));
    }

    void reset()
    {
        handlers.values().forEach(handler -> {
            handler.requests.clear();
            handler.refusals.clear();
            handler.thrown = null;
            handler.refuseAtOnce = null;
            handler.answer = CompletableFuture.completedFuture(Acknowledgement.FULL);
        });
    }

    /**
     * Checks beside that the requests of a signal reach no other handler than its own.
     */
    void forEach(Consumer test)
            throws Exception
    {
        for (OtlpSignal signal : OtlpSignal.ALL) {
            reset();
            test.accept(signal, of(signal));
            handlers.forEach((other, handler) -> assertThat(handler.requests.isEmpty() || other.equals(signal)).as("requests of %s reach %s", signal.name(), other.name()).isTrue());
        }
    }
}
