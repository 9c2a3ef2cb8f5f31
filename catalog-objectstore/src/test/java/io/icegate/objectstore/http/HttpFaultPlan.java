package io.icegate.objectstore.http;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * How often which faults occur.
 *
 * @param rate share of the requests that have a fault, 0 to 1
 * @param faults each equally likely
 * @param conditionalOnly true when only conditional writes have faults
 * @param hang how long {@link HttpFault#HANG} lasts
 */
public record HttpFaultPlan(long seed, double rate, Set<HttpFault> faults, boolean conditionalOnly, Duration hang)
{
    public HttpFaultPlan
    {
        faults = Set.copyOf(faults);
        requireNonNull(hang, "hang is null");
    }

    public static HttpFaultPlan none()
    {
        return standard(0).withRate(0);
    }

    /**
     * Every fault but {@link HttpFault#HANG}, on 12 % of all requests.
     */
    public static HttpFaultPlan standard(long seed)
    {
        return new HttpFaultPlan(seed, 0.12, EnumSet.complementOf(EnumSet.of(HttpFault.HANG)), false, Duration.ofSeconds(120));
    }

    /**
     * This fault, on every request.
     */
    public static HttpFaultPlan always(HttpFault fault)
    {
        return new HttpFaultPlan(1, 1, EnumSet.of(fault), false, Duration.ofSeconds(120));
    }

    public HttpFaultPlan withRate(double newRate)
    {
        return new HttpFaultPlan(seed, newRate, faults, conditionalOnly, hang);
    }

    public HttpFaultPlan withConditionalOnly()
    {
        return new HttpFaultPlan(seed, rate, faults, true, hang);
    }
}
