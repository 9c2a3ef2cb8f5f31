package io.icegate.alerting.deliver;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

/**
 * Looks for events that are stored already.
 */
@FunctionalInterface
public interface KnownTransitions
{
    /**
     * Returns those of some ids that attribute {@code icegate.alert.transition.id} of an event has. It must find every event that was acknowledged before
     * the call.
     *
     * @param tenant whose events they are
     * @param from time of the earliest of the events
     * @param to time of the latest of them, inclusive
     * @param ids at most {@value AlertEvents#BATCH_EVENTS}
     * @throws IOException when it cannot be told
     */
    Set<String> among(String tenant, Instant from, Instant to, Collection<String> ids)
            throws IOException;
}
