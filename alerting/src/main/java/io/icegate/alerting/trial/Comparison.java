package io.icegate.alerting.trial;

import io.icegate.alerting.rule.Durations;
import io.icegate.alerting.state.AlertInstance;
import io.icegate.alerting.state.AlertState;
import io.icegate.alerting.state.GroupState;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import static java.util.Objects.requireNonNull;

/**
 * Whether what is expected is there.
 */
record Comparison(Expectation expectation, GroupState state, Instant start)
{
    /**
     * Engines may add numbers up in any order.
     */
    private static final double RELATIVE_ERROR_MAX = 1e-9;
    private static final int TOLD_MAX = 10;

    Comparison
    {
        requireNonNull(expectation, "expectation is null");
        requireNonNull(state, "state is null");
        requireNonNull(start, "start is null");
    }

    /**
     * What was expected and what is there; empty when they are the same.
     */
    Optional<String> failure()
    {
        List<AlertInstance> found = state.alerts().stream()
                .filter(alert -> alert.rule().equals(expectation.alert()))
                .filter(alert -> alert.allLabels().entrySet().containsAll(expectation.labels().entrySet()))
                .toList();
        List<AlertInstance> active = found.stream().filter(alert -> alert.state() != AlertState.RESOLVED).toList();
        boolean right = switch (expectation.state()) {
            case NONE -> active.isEmpty();
            case PENDING -> isOne(found, AlertState.PENDING);
            case FIRING -> isOne(found, AlertState.FIRING);
            case RESOLVED -> isOne(found, AlertState.RESOLVED);
        };
        return right ? Optional.empty() : Optional.of("%s at %s: expected %s, found %s".formatted(named(), Durations.text(expectation.at()), expected(), told(found)));
    }

    private boolean isOne(List<AlertInstance> found, AlertState expected)
    {
        List<AlertInstance> right = found.stream().filter(alert -> alert.state() == expected).toList();
        return right.size() == 1 && (expectation.value().isEmpty() || isValue(right.getFirst()));
    }

    private boolean isValue(AlertInstance alert)
    {
        double expected = expectation.value().orElseThrow();
        return alert.value().isPresent() && Math.abs(alert.value().orElseThrow() - expected) <= RELATIVE_ERROR_MAX * Math.abs(expected);
    }

    private String named()
    {
        return expectation.labels().isEmpty() ? expectation.alert() : expectation.alert() + labels(expectation.labels());
    }

    private String expected()
    {
        return expectation.state().text() + (expectation.value().isPresent() ? " with value " + number(expectation.value().getAsDouble()) : "");
    }

    private String told(List<AlertInstance> found)
    {
        if (found.isEmpty()) {
            return "none";
        }
        String more = found.size() > TOLD_MAX ? " and %s more".formatted(found.size() - TOLD_MAX) : "";
        return found.stream().limit(TOLD_MAX).map(this::told).collect(Collectors.joining(", ")) + more;
    }

    private String told(AlertInstance alert)
    {
        Instant since = alert.resolvedAt().or(alert::firedAt).orElse(alert.since());
        String value = alert.value().isPresent() ? " with value " + number(alert.value().getAsDouble()) : "";
        return "%s%s %s since %s".formatted(alert.state().text(), value, labels(alert.labels().values()), Durations.text(Duration.between(start, since)));
    }

    private static String labels(Map<String, String> labels)
    {
        return labels.entrySet().stream().map(label -> label.getKey() + "=" + label.getValue()).collect(Collectors.joining(", ", "{", "}"));
    }

    private static String number(double number)
    {
        return number == Math.rint(number) && Math.abs(number) < 1e15 ? Long.toString((long) number) : Double.toString(number);
    }
}
