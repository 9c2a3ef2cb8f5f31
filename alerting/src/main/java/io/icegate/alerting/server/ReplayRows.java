package io.icegate.alerting.server;

import io.icegate.alerting.evaluate.ReplayDifference;
import io.icegate.alerting.state.Transition;

import java.util.List;

/**
 * What a replay tells, as texts under names: the same over HTTP and on the command line.
 */
public final class ReplayRows
{
    /**
     * Names of what {@link #change} returns.
     */
    public static final List<String> CHANGE = List.of("tick", "alert", "labels", "from", "to", "value", "reason");
    /**
     * Names of what {@link #difference} returns.
     */
    public static final List<String> DIFFERENCE = List.of("tick", "alert", "labels", "difference");

    private ReplayRows() {}

    public static List<String> change(Transition transition)
    {
        return List.of(
                transition.tick().toString(),
                transition.alert().rule(),
                transition.alert().labels().values().toString(),
                transition.from().text(),
                transition.to().text(),
                transition.alert().value().isPresent() ? Double.toString(transition.alert().value().getAsDouble()) : "",
                transition.reason().orElse(""));
    }

    public static List<String> difference(ReplayDifference difference)
    {
        return List.of(difference.tick().toString(), difference.alert(), difference.labels().values().toString(), difference.what());
    }
}
