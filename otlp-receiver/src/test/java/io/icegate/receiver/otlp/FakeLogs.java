package io.icegate.receiver.otlp;

import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.IngestRequest;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.Refusal;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands behind the servers in place of the ingest: answers as told and remembers what it got.
 */
final class FakeLogs
        implements ExportHandler
{
    final List<IngestRequest> requests = new CopyOnWriteArrayList<>();
    final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    volatile @Nullable Throwable refuseAtOnce;
    volatile CompletableFuture<Acknowledgement> answer = CompletableFuture.completedFuture(Acknowledgement.FULL);
    volatile @Nullable Throwable thrown;
    volatile long retryMillis = 2_500;

    @Override
    public void checkOpen(String tenant, long deadlineNanos)
    {
        sneakyThrow(refuseAtOnce);
    }

    @Override
    public CompletableFuture<Acknowledgement> export(IngestRequest request)
    {
        requests.add(request);
        request.ticket().close();
        sneakyThrow(thrown);
        return answer;
    }

    @Override
    public long retryMillis()
    {
        return retryMillis;
    }

    @Override
    public void refused(Refusal refusal)
    {
        refusals.add(refusal);
    }

    private static void sneakyThrow(@Nullable Throwable failure)
    {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }
}
