package io.icegate.standalone.process;

import java.time.Instant;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * State and history of a program of a stack.
 *
 * @param restarts how often it was started again
 * @param lastEnd how its last process ended; empty as long as none did
 */
public record ProgramState(String name, Phase phase, int restarts, Optional<End> lastEnd)
{
    public enum Phase
    {
        STARTING,
        READY,
        /**
         * It ended, and is started again after a pause.
         */
        PAUSING,
    }

    /**
     * @param reason exit code, and the last problem in the log
     */
    public record End(Instant at, String reason)
    {
        public End
        {
            requireNonNull(at, "at is null");
            requireNonNull(reason, "reason is null");
        }
    }

    public ProgramState
    {
        requireNonNull(name, "name is null");
        requireNonNull(phase, "phase is null");
        requireNonNull(lastEnd, "lastEnd is null");
        if (restarts < 0) {
            throw new IllegalArgumentException("Cannot have %s restarts".formatted(restarts));
        }
    }

    ProgramState in(Phase next)
    {
        return new ProgramState(name, next, restarts, lastEnd);
    }

    ProgramState ended(End end)
    {
        return new ProgramState(name, Phase.PAUSING, restarts, Optional.of(end));
    }

    ProgramState restarted()
    {
        return new ProgramState(name, Phase.STARTING, restarts + 1, lastEnd);
    }
}
