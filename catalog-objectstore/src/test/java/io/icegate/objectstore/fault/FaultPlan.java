package io.icegate.objectstore.fault;

import io.icegate.objectstore.StoreOperation;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * How often which faults occur.
 *
 * @param rate share of the requests that have a fault, 0 to 1
 * @param faults each equally likely
 * @param operations which requests may have one
 * @param delay of {@link StoreFault#DELAY}, at most
 * @param stall of {@link StoreFault#STALL}
 */
public record FaultPlan(double rate, Set<StoreFault> faults, Set<StoreOperation> operations, Duration delay, Duration stall)
{
    public FaultPlan
    {
        faults = Set.copyOf(faults);
        operations = Set.copyOf(operations);
        requireNonNull(delay, "delay is null");
        requireNonNull(stall, "stall is null");
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("Cannot plan faults: rate %s is not within 0 to 1".formatted(rate));
        }
        if (rate > 0 && (faults.isEmpty() || operations.isEmpty())) {
            throw new IllegalArgumentException("Cannot plan faults: rate %s needs a fault and an operation".formatted(rate));
        }
    }

    /**
     * Every fault, on 12 % of all requests, with waits of milliseconds.
     */
    public static FaultPlan standard()
    {
        return new FaultPlan(0.12, EnumSet.allOf(StoreFault.class), EnumSet.allOf(StoreOperation.class), Duration.ofMillis(3), Duration.ofMillis(30));
    }

    public static FaultPlan none()
    {
        return standard().withRate(0);
    }

    /**
     * The store is unreachable: every request fails without an effect.
     */
    public static FaultPlan outage()
    {
        return standard().withRate(1).withFaults(EnumSet.of(StoreFault.ERROR_BEFORE));
    }

    public FaultPlan withRate(double newRate)
    {
        return new FaultPlan(newRate, faults, operations, delay, stall);
    }

    public FaultPlan withFaults(Set<StoreFault> newFaults)
    {
        return new FaultPlan(rate, newFaults, operations, delay, stall);
    }

    public FaultPlan withOperations(Set<StoreOperation> newOperations)
    {
        return new FaultPlan(rate, faults, newOperations, delay, stall);
    }

    public FaultPlan withWaits(Duration newDelay, Duration newStall)
    {
        return new FaultPlan(rate, faults, operations, newDelay, newStall);
    }
}
