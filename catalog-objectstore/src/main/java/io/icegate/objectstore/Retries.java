package io.icegate.objectstore;

import java.time.Duration;

/**
 * Counts the attempts of one request and pauses between them. For one thread.
 */
public final class Retries
{
    private final RetryPolicy policy;
    private final long beganNanos;
    private long pauseNanos;
    private int attempts = 1;

    Retries(RetryPolicy policy)
    {
        this.policy = policy;
        this.beganNanos = policy.waiting().nanoTime().getAsLong();
        this.pauseNanos = policy.pauseMin().toNanos();
    }

    /**
     * Attempts that the policy has allowed so far.
     */
    public int attemptCount()
    {
        return attempts;
    }

    /**
     * Pauses before the next attempt. Returns false, perhaps without a pause, when the policy allows no further one.
     */
    public boolean again()
            throws InterruptedException
    {
        if (policy.givenUp().getAsBoolean() || attempts >= policy.attemptsMax()) {
            return false;
        }
        RetryPolicy.Waiting waiting = policy.waiting();
        long left = policy.timeMax().toNanos() - (waiting.nanoTime().getAsLong() - beganNanos);
        if (left <= 0) {
            return false;
        }
        long half = pauseNanos / 2;
        waiting.sleeper().sleep(Duration.ofNanos(Math.min(left, half + (long) (waiting.random().nextDouble() * half))));
        pauseNanos = Math.min(pauseNanos * 2, policy.pauseMax().toNanos());
        attempts++;
        return !policy.givenUp().getAsBoolean();
    }
}
