package io.icegate.alerting.state;

import java.time.Instant;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * What the rules of a group answered at one tick over the rows that had arrived before the cutoff.
 */
public record TickResult(Instant tick, Instant cutoff, List<RuleResult> results)
{
    public TickResult
    {
        requireNonNull(tick, "tick is null");
        requireNonNull(cutoff, "cutoff is null");
        results = List.copyOf(results);
    }

    TickResult withoutValues()
    {
        return new TickResult(tick, cutoff, results.stream().map(RuleResult::withoutValues).toList());
    }
}
