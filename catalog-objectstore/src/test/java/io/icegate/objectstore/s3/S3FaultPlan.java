package io.icegate.objectstore.s3;

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
 */
public record S3FaultPlan(long seed, double rate, Set<S3Fault> faults, Set<S3Operation> operations, Duration delay, Duration hang)
{
    public S3FaultPlan
    {
        faults = Set.copyOf(faults);
        operations = Set.copyOf(operations);
        requireNonNull(delay, "delay is null");
        requireNonNull(hang, "hang is null");
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("Cannot plan faults: rate %s is not within 0 to 1".formatted(rate));
        }
        if (rate > 0 && (faults.isEmpty() || operations.isEmpty())) {
            throw new IllegalArgumentException("Cannot plan faults: rate %s needs a fault and an operation".formatted(rate));
        }
    }

    /**
     * Every fault but {@link S3Fault#HANG}, on 12 % of all requests.
     */
    public static S3FaultPlan standard(long seed)
    {
        return new S3FaultPlan(seed, 0.12, EnumSet.complementOf(EnumSet.of(S3Fault.HANG)), EnumSet.allOf(S3Operation.class), Duration.ofMillis(5), Duration.ofSeconds(3));
    }

    public static S3FaultPlan none()
    {
        return standard(0).withRate(0);
    }

    /**
     * The store refuses every request for now.
     */
    public static S3FaultPlan outage()
    {
        return standard(0).withRate(1).withFaults(EnumSet.of(S3Fault.SLOW_DOWN));
    }

    public S3FaultPlan withRate(double newRate)
    {
        return new S3FaultPlan(seed, newRate, faults, operations, delay, hang);
    }

    public S3FaultPlan withFaults(Set<S3Fault> newFaults)
    {
        return new S3FaultPlan(seed, rate, newFaults, operations, delay, hang);
    }

    public S3FaultPlan withOperations(Set<S3Operation> newOperations)
    {
        return new S3FaultPlan(seed, rate, faults, newOperations, delay, hang);
    }

    public S3FaultPlan withWaits(Duration newDelay, Duration newHang)
    {
        return new S3FaultPlan(seed, rate, faults, operations, newDelay, newHang);
    }
}
