package io.icegate.wal.read;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Many reads at once, in windows, so that the number of open requests has a bound.
 */
public final class Parallel
{
    private static final int WINDOW = 64;

    private Parallel() {}

    /**
     * As {@link #map(List, Function, Executor)}, but what {@code known} answers costs no request, so the caller does it.
     */
    static <T, R> List<R> map(List<T> inputs, Function<T, Optional<R>> known, Function<T, R> function, Executor executor)
    {
        List<Optional<R>> answers = new ArrayList<>(inputs.size());
        List<T> unknown = new ArrayList<>();
        for (T input : inputs) {
            Optional<R> answer = known.apply(input);
            answers.add(answer);
            if (answer.isEmpty()) {
                unknown.add(input);
            }
        }
        Iterator<R> computed = map(unknown, function, executor).iterator();
        return answers.stream().map(answer -> answer.orElseGet(computed::next)).toList();
    }

    /**
     * Results in the order of the inputs. The first failure is thrown as it is. Never called inside its own tasks, so an
     * executor with a bound cannot deadlock.
     */
    public static <T, R> List<R> map(List<T> inputs, Function<T, R> function, Executor executor)
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
