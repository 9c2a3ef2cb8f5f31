package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

import static java.util.Objects.requireNonNull;

/**
 * What one tenant may take of a receiver: a share of the memory for requests while others send too, and bytes and records per
 * second. A tenant that is over its rate is refused before its request is read. The rates are debts: a request that is
 * accepted is taken whole, and the next ones wait until it is paid for, so every request size works with every rate.
 *
 * <p>Knows at most {@value #TENANTS_MAX} tenants. Beyond that the one that was silent for the longest time is forgotten, and
 * with it less than {@value #BURST_SECONDS} seconds of its debt.
 */
public final class TenantQuotas
{
    static final int TENANTS_MAX = 10_000;
    /**
     * Unused rate that is kept.
     */
    static final int BURST_SECONDS = 2;
    /**
     * A tenant that sent nothing for so long no longer limits the others.
     */
    static final Duration ACTIVE = Duration.ofSeconds(10);

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long BURST_NANOS = BURST_SECONDS * NANOS_PER_SECOND;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Limits limits;
    private final long budgetBytes;
    private final LongSupplier nanoTime;
    private final Map<String, Tenant> tenants = new LinkedHashMap<>(16, 0.75f, true);
    private long lastOtherNanos;
    private String lastTenant = "";

    /**
     * @param memoryShare part of the memory for requests that a tenant may hold while others send too, up to 1
     * @param bytesPerSecond after decompression; empty for no limit
     * @param recordsPerSecond rows of any table; empty for no limit
     */
    public record Limits(double memoryShare, OptionalLong bytesPerSecond, OptionalLong recordsPerSecond)
    {
        public static final Limits NONE = new Limits(1, OptionalLong.empty(), OptionalLong.empty());

        public Limits
        {
            if (!(memoryShare > 0 && memoryShare <= 1)) {
                throw new IllegalArgumentException("Cannot limit tenants to a share of %s: it must be above 0 and at most 1".formatted(memoryShare));
            }
            requireNonNull(bytesPerSecond, "bytesPerSecond is null");
            requireNonNull(recordsPerSecond, "recordsPerSecond is null");
        }
    }

    /**
     * How many tenants are limited now.
     *
     * @param aboveRate those whose next request is refused
     * @param atMemoryShare those whose next request is refused while others send too
     */
    public record Summary(int known, int aboveRate, int atMemoryShare) {}

    private final class Tenant
    {
        private final Rate bytes = new Rate(limits.bytesPerSecond());
        private final Rate records = new Rate(limits.recordsPerSecond());
        private long heldBytes;
    }

    /**
     * A rate whose balance may be negative. Time is the token: an amount costs the time that it has at the rate.
     */
    private final class Rate
    {
        private final OptionalLong perSecond;
        private long savedNanos = BURST_NANOS;
        private long savedAt = nanoTime.getAsLong();

        private Rate(OptionalLong perSecond)
        {
            this.perSecond = perSecond;
        }

        private void take(long amount)
        {
            if (perSecond.isPresent()) {
                save();
                savedNanos -= amount * NANOS_PER_SECOND / perSecond.getAsLong();
            }
        }

        /**
         * Time until nothing is owed.
         */
        private long nanosOwed()
        {
            save();
            return Math.max(0, -savedNanos);
        }

        private void save()
        {
            long now = nanoTime.getAsLong();
            savedNanos = Math.min(BURST_NANOS, savedNanos + Math.max(0, now - savedAt));
            savedAt = now;
        }
    }

    /**
     * @param budgetBytes of all requests together
     */
    public TenantQuotas(Limits limits, long budgetBytes, LongSupplier nanoTime)
    {
        this.limits = requireNonNull(limits, "limits is null");
        this.budgetBytes = budgetBytes;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
        this.lastOtherNanos = nanoTime.getAsLong() - ACTIVE.toNanos();
    }

    /**
     * Notes that a tenant sends.
     *
     * @throws RefusedException when it is over its rate
     */
    synchronized void check(String name)
    {
        Tenant tenant = tenant(name);
        refuseAbove("icegate.tenant.max-bytes-per-second", "bytes", limits.bytesPerSecond(), tenant.bytes.nanosOwed(), name);
        refuseAbove("icegate.tenant.max-records-per-second", "records", limits.recordsPerSecond(), tenant.records.nanosOwed(), name);
    }

    private static void refuseAbove(String property, String what, OptionalLong rate, long nanosOwed, String name)
    {
        if (nanosOwed > 0) {
            throw new RefusedException(
                    Refusal.QUOTA,
                    "Cannot accept request now: tenant '%s' is above its rate of %s %s per second (%s); send it again later".formatted(name, rate.orElseThrow(), what, property),
                    OptionalLong.of(Math.ceilDiv(nanosOwed, NANOS_PER_MILLI)));
        }
    }

    /**
     * Takes memory and rate for a request.
     *
     * @param heldBytes memory that the request takes until it is answered
     * @param requestBytes its size after decompression
     * @return gives the memory back, once
     * @throws RefusedException when the tenant holds its share and others send too
     */
    synchronized Runnable take(String name, long heldBytes, long requestBytes)
    {
        Tenant tenant = tenant(name);
        long share = (long) (budgetBytes * limits.memoryShare());
        // a request that is larger than the share is accepted when it is the only one
        if (othersSend() && tenant.heldBytes > 0 && tenant.heldBytes + heldBytes > share) {
            throw new RefusedException(
                    Refusal.QUOTA,
                    "Cannot accept request now: tenant '%s' holds %s of the %s bytes that it may while others send too (icegate.tenant.max-memory-share); send it again later"
                            .formatted(name, tenant.heldBytes, share));
        }
        tenant.bytes.take(requestBytes);
        tenant.heldBytes += heldBytes;
        return () -> giveBack(tenant, heldBytes);
    }

    /**
     * Counts the rows of an accepted request.
     */
    synchronized void records(String name, long records)
    {
        tenant(name).records.take(records);
    }

    public synchronized Summary summary()
    {
        long share = (long) (budgetBytes * limits.memoryShare());
        int aboveRate = 0;
        int atShare = 0;
        for (Tenant tenant : tenants.values()) {
            aboveRate += tenant.bytes.nanosOwed() > 0 || tenant.records.nanosOwed() > 0 ? 1 : 0;
            atShare += tenant.heldBytes >= share ? 1 : 0;
        }
        return new Summary(tenants.size(), aboveRate, atShare);
    }

    private synchronized void giveBack(Tenant tenant, long heldBytes)
    {
        tenant.heldBytes -= heldBytes;
    }

    private boolean othersSend()
    {
        return nanoTime.getAsLong() - lastOtherNanos < ACTIVE.toNanos();
    }

    private Tenant tenant(String name)
    {
        if (!name.equals(lastTenant)) {
            lastOtherNanos = lastTenant.isEmpty() ? lastOtherNanos : nanoTime.getAsLong();
            lastTenant = name;
        }
        Tenant tenant = tenants.computeIfAbsent(name, _ -> new Tenant());
        if (tenants.size() > TENANTS_MAX) {
            tenants.remove(tenants.keySet().iterator().next());
        }
        return tenant;
    }
}
