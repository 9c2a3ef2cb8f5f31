package io.icegate.receiver.ingest;

import io.icegate.receiver.signal.Refusal;
import io.icegate.receiver.signal.RefusedException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTenantQuotas
{
    private static final long BUDGET = 1_000;

    private final AtomicLong clock = new AtomicLong(-5);

    @Test
    void testAloneATenantMayHoldEverything()
    {
        TenantQuotas quotas = quotas(new TenantQuotas.Limits(0.5, OptionalLong.empty(), OptionalLong.empty()));
        for (int i = 0; i < 10; i++) {
            quotas.check("noisy");
            quotas.take("noisy", 100, 100);
        }
    }

    @Test
    void testBesideOthersATenantHoldsItsShare()
    {
        TenantQuotas quotas = quotas(new TenantQuotas.Limits(0.5, OptionalLong.empty(), OptionalLong.empty()));
        quotas.take("noisy", 400, 400);
        Runnable last = quotas.take("noisy", 300, 300);
        quotas.check("quiet");
        assertQuota(() -> quotas.take("noisy", 1, 1), "tenant 'noisy' holds 700 of the 500 bytes", OptionalLong.empty());
        quotas.take("quiet", 400, 400);
        last.run();
        quotas.take("noisy", 100, 100);
        assertQuota(() -> quotas.take("noisy", 1, 1), "holds 500", OptionalLong.empty());

        clock.addAndGet(TenantQuotas.ACTIVE.toNanos());
        quotas.take("noisy", 300, 300);
        clock.addAndGet(TenantQuotas.ACTIVE.toNanos());
        quotas.take("noisy", 300, 300); // the other one is silent
    }

    @Test
    void testALargeRequestIsTakenWhenItIsAlone()
    {
        TenantQuotas quotas = quotas(new TenantQuotas.Limits(0.1, OptionalLong.empty(), OptionalLong.empty()));
        quotas.check("quiet");
        Runnable large = quotas.take("large", 900, 900);
        assertQuota(() -> quotas.take("large", 1, 1), "holds 900", OptionalLong.empty());
        large.run();
        quotas.take("large", 900, 900);
    }

    @Test
    void testRates()
    {
        TenantQuotas quotas = quotas(new TenantQuotas.Limits(1, OptionalLong.of(100), OptionalLong.of(10)));
        quotas.check("a");
        quotas.take("a", 0, 200); // what two seconds allow
        quotas.check("a");
        quotas.take("a", 0, 50);
        assertQuota(() -> quotas.check("a"), "above its rate of 100 bytes per second (icegate.tenant.max-bytes-per-second)", OptionalLong.of(500));
        quotas.check("b");
        clock.addAndGet(Duration.ofMillis(500).toNanos() - 1);
        assertQuota(() -> quotas.check("a"), "above its rate", OptionalLong.of(1));
        clock.addAndGet(1);
        quotas.check("a");

        quotas.records("a", 30);
        assertQuota(() -> quotas.check("a"), "above its rate of 10 records per second (icegate.tenant.max-records-per-second)", OptionalLong.of(1_000));
        clock.addAndGet(Duration.ofDays(1).toNanos());
        quotas.take("a", 0, 201); // no more than two seconds are kept
        assertQuota(() -> quotas.check("a"), "above its rate of 100", OptionalLong.of(10));
    }

    @Test
    void testTenantsAreForgottenTheLongestSilentFirst()
    {
        TenantQuotas quotas = quotas(new TenantQuotas.Limits(1, OptionalLong.of(100), OptionalLong.empty()));
        quotas.take("first", 0, 1_000);
        quotas.take("second", 0, 1_000);
        for (int i = 0; i < TenantQuotas.TENANTS_MAX - 2; i++) {
            quotas.check("other-" + i);
        }
        assertQuota(() -> quotas.check("first"), "'first' is above its rate", OptionalLong.of(8_000));
        quotas.check("one more");
        quotas.check("second"); // forgotten
        assertQuota(() -> quotas.check("first"), "'first' is above its rate", OptionalLong.of(8_000));
    }

    private TenantQuotas quotas(TenantQuotas.Limits limits)
    {
        return new TenantQuotas(limits, BUDGET, clock::get);
    }

    private static void assertQuota(ThrowingCallable action, String part, OptionalLong retryMillis)
    {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.refusal()).isEqualTo(Refusal.QUOTA);
                    assertThat(e.retryMillis()).isEqualTo(retryMillis);
                })
                .hasMessageContaining(part);
    }
}
