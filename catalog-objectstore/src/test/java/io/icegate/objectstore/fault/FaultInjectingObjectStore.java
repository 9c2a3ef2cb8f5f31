package io.icegate.objectstore.fault;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.ObjectStoreDecorator;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Sleeper;
import io.icegate.objectstore.StoreOperation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * A store whose requests fail as a plan says. Whether a request has a fault depends on the seed, its kind, its key and how
 * often that pair was seen, and on nothing else: the same requests meet the same faults in every run of a seed, however
 * threads interleave.
 *
 * <p>The promises of the port hold under every fault but the last one of {@link StoreFault#REPEAT}: an object of the
 * caller's own may answer {@code PRECONDITION_FAILED}, as real stores do.
 */
public final class FaultInjectingObjectStore
        extends ObjectStoreDecorator
{
    /**
     * A late effect takes place when this many other conditional writes were sent, or on {@link #settle()}.
     */
    static final int LATE_REQUESTS = 3;
    private static final Logger log = LoggerFactory.getLogger(FaultInjectingObjectStore.class);

    private record Late(int dueAt, ConditionalWrite request) {}

    private final long seed;
    private final Sleeper sleeper;
    private volatile FaultPlan plan;
    private final FaultDice dice;
    private final List<InjectedFault> injected = new ArrayList<>();
    private final List<Late> late = new ArrayList<>();
    private int conditionalWrites;

    public FaultInjectingObjectStore(ObjectStore store, long seed, FaultPlan plan)
    {
        this(store, seed, plan, Sleeper.system());
    }

    public FaultInjectingObjectStore(ObjectStore store, long seed, FaultPlan plan, Sleeper sleeper)
    {
        super(store);
        this.seed = seed;
        this.dice = new FaultDice(seed);
        this.plan = requireNonNull(plan, "plan is null");
        this.sleeper = requireNonNull(sleeper, "sleeper is null");
        log.info("faults seed={} plan={}", seed, plan);
    }

    /**
     * From now on another plan; the count of requests goes on.
     */
    public void follow(FaultPlan newPlan)
    {
        plan = requireNonNull(newPlan, "newPlan is null");
    }

    /**
     * What occurred so far.
     */
    public List<InjectedFault> injectedFaults()
    {
        synchronized (injected) {
            return List.copyOf(injected);
        }
    }

    /**
     * Lets every late effect take place now.
     */
    public void settle()
    {
        takeDue(Integer.MAX_VALUE).forEach(ConditionalWrite::send);
    }

    @Override
    public void close()
            throws IOException
    {
        settle();
        super.close();
    }

    @Override
    protected <T> T around(StoreOperation operation, List<ObjectKey> keys, Request<T> request)
            throws IOException
    {
        Optional<StoreFault> fault = keys.isEmpty() ? Optional.empty() : nextFault(operation, keys.get(0));
        if (fault.isEmpty()) {
            return request.send();
        }
        return switch (fault.orElseThrow()) {
            case ERROR_BEFORE, CONFLICT, LATE_EFFECT -> throw injected(operation, keys, "before it took effect");
            case LOST_ACKNOWLEDGEMENT -> {
                request.send();
                throw injected(operation, keys, "after it took effect");
            }
            case REPEAT -> {
                request.send();
                yield request.send();
            }
            case DELAY -> {
                pause(plan.delay());
                yield request.send();
            }
            case STALL -> {
                pause(plan.stall());
                yield request.send();
            }
        };
    }

    @Override
    protected PutOutcome aroundPutIfAbsent(ObjectKey key, byte[] content, ConditionalWrite request)
    {
        takeDue(nextConditionalWrite()).forEach(ConditionalWrite::send);
        Optional<StoreFault> fault = nextFault(StoreOperation.PUT_IF_ABSENT, key);
        if (fault.isEmpty()) {
            return request.send();
        }
        try {
            return switch (fault.orElseThrow()) {
                case ERROR_BEFORE, CONFLICT -> PutOutcome.UNKNOWN;
                case LOST_ACKNOWLEDGEMENT -> {
                    request.send();
                    yield PutOutcome.UNKNOWN;
                }
                case REPEAT -> {
                    request.send();
                    yield request.send();
                }
                case LATE_EFFECT -> {
                    delay(request);
                    yield PutOutcome.UNKNOWN;
                }
                case DELAY -> {
                    pause(plan.delay());
                    yield request.send();
                }
                case STALL -> {
                    pause(plan.stall());
                    yield request.send();
                }
            };
        }
        catch (InterruptedIOException e) {
            return PutOutcome.UNKNOWN;
        }
    }

    private Optional<StoreFault> nextFault(StoreOperation operation, ObjectKey key)
    {
        FaultPlan current = plan;
        double rate = current.operations().contains(operation) ? current.rate() : 0;
        FaultDice.Throw<StoreFault> next = dice.roll(operation + " " + key, rate, current.faults().stream().sorted().toList());
        next.fault().ifPresent(fault -> {
            synchronized (injected) {
                injected.add(new InjectedFault(operation, key, next.occurrence(), fault));
            }
        });
        return next.fault();
    }

    private int nextConditionalWrite()
    {
        synchronized (late) {
            conditionalWrites++;
            return conditionalWrites;
        }
    }

    private void delay(ConditionalWrite request)
    {
        synchronized (late) {
            late.add(new Late(conditionalWrites + LATE_REQUESTS, request));
        }
    }

    private List<ConditionalWrite> takeDue(int now)
    {
        synchronized (late) {
            List<ConditionalWrite> due = late.stream().filter(each -> each.dueAt() <= now).map(Late::request).toList();
            late.removeIf(each -> each.dueAt() <= now);
            return due;
        }
    }

    private void pause(Duration duration)
            throws InterruptedIOException
    {
        try {
            sleeper.sleep(duration);
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Cannot wait: interrupted");
        }
    }

    private IOException injected(StoreOperation operation, List<ObjectKey> keys, String when)
    {
        return new IOException("Cannot %s %s: injected fault %s, seed %s".formatted(operation, keys, when, seed));
    }
}
