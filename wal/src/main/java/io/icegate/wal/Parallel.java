package io.icegate.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Many reads at once, in windows, so that the number of open requests has a bound.
 */
final class Parallel
{
    private static final int WINDOW = 64;

    private Parallel() {}

    /**
     * Results in the order of the inputs. The first failure is thrown as it is. Never called inside its own tasks, so an
     * executor with a bound cannot deadlock.
     */
    static <T, R> List<R> map(List<T> inputs, Function<T, R> function, Executor executor)
    {
        List<R> results = new ArrayList<>(inputs.size());
        for (int start = 0; start < inputs.size(); start += WINDOW) {
            List<T> window = inputs.subList(start, Math.min(start + WINDOW, inputs.size()));
            if (window.size() == 1) {
                results.add(function.apply(window.get(0)));
                continue;
            }
            List<CompletableFuture<R>> futures = window.stream().map(input -> CompletableFuture.supplyAsync(() -> function.apply(input), executor)).toList();
            for (CompletableFuture<R> future : futures) {
                try {
                    results.add(future.join());
                }
                catch (CompletionException e) {
                    if (e.getCause() instanceof RuntimeException failure) {
                        throw failure;
                    }
                    throw e;
                }
            }
        }
        return results;
    }
}
