package io.icegate.alerting.state;

import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.state.EvaluationLogException.Kind;
import io.icegate.objectstore.ListPage;
import io.icegate.objectstore.ObjectHead;
import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.OwnedObject;
import io.icegate.objectstore.OwnedObject.Settled;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoredObject;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * The records of groups in the bucket: {@code _alerts/v1/log/<tenant>/<group>/<tick, 20 digits>.json}, each put if absent and never changed.
 *
 * <p>A record holds the state that follows from the one before it. That is a chain, and not two, because {@link EvaluationRecord#nextTick} follows from the record
 * before alone: of any number of evaluators that go on from one record, one gets the key, and the others adopt its record. Nobody writes a tick at or below the
 * newest record. An evaluator that wakes up after {@link #KEPT} may do so, where the record is deleted meanwhile; that ghost is older than every cursor, and is read
 * by nobody.
 *
 * <p>Safe for use by many threads.
 */
public final class EvaluationLog
{
    public static final ObjectKey FOLDER = new ObjectKey("_alerts/v1/log");
    /**
     * How long records are kept.
     */
    public static final Duration KEPT = Duration.ofDays(7);
    /**
     * Most records that one call returns.
     */
    public static final int RECORDS_MAX = 5000;

    /**
     * Where the newest record is looked for: few keys lie behind the first, and nearly always one does.
     */
    private static final List<Duration> LOOK_BACKS = List.of(Duration.ofHours(1), KEPT);
    private static final Pattern NAME = Pattern.compile("[0-9]{20}\\.json");
    private static final String SUFFIX = ".json";

    private final ObjectStore store;
    private final InstantSource clock;
    private final RetryPolicy retries;

    /**
     * @param clock says where to look for the newest record first; a wrong one costs requests only
     * @param retries for writes
     */
    public EvaluationLog(ObjectStore store, InstantSource clock, RetryPolicy retries)
    {
        this.store = requireNonNull(store, "store is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.retries = requireNonNull(retries, "retries is null");
    }

    /**
     * What became of a record.
     */
    public enum Outcome
    {
        /**
         * It is the record of its tick.
         */
        WRITTEN,
        /**
         * Another one is the record of its tick, and this one never will be. Go on from that one.
         */
        ADOPTED,
        /**
         * Nobody knows yet. Append the same record again, and tell nobody of it before.
         */
        UNKNOWN,
    }

    /**
     * @param record of the tick; the one that was given, with what was left out, while the outcome is unknown
     * @param leftOut what was left out because the record was too large
     * @param failure why the outcome is unknown, else empty
     */
    public record Appended(Outcome outcome, EvaluationRecord record, List<String> leftOut, Optional<Exception> failure)
    {
        public Appended
        {
            requireNonNull(outcome, "outcome is null");
            requireNonNull(record, "record is null");
            leftOut = List.copyOf(leftOut);
            requireNonNull(failure, "failure is null");
        }
    }

    /**
     * Writes the record of a tick if there is none.
     *
     * @throws EvaluationLogException CORRUPT or NEWER_FORMAT when another object is in its place and cannot be read
     * @throws io.icegate.objectstore.ObjectStoreAccessException when the store refused; nothing is written and nothing will be
     */
    public Appended append(EvaluationRecord record)
    {
        if (record.skipped().isPresent() && !record.skipped().orElseThrow().from().equals(record.tick())) {
            throw new IllegalArgumentException("Cannot append record %s of %s: the ticks that it skips begin at %s".formatted(record.tick(), record.group(), record.skipped().orElseThrow().from()));
        }
        EvaluationRecordParser.Written written = EvaluationRecordParser.toJson(record);
        byte[] content = written.content();
        Settled<StoredObject> settled = OwnedObject.settle(store, key(record.group(), record.tick()), content, stored -> Arrays.equals(stored.content(), content), retries);
        return switch (settled.outcome()) {
            case OURS -> new Appended(Outcome.WRITTEN, written.record(), written.leftOut(), Optional.empty());
            case FOREIGN -> new Appended(Outcome.ADOPTED, parse(record.group(), settled.stored().orElseThrow()), List.of(), Optional.empty());
            case UNKNOWN -> new Appended(Outcome.UNKNOWN, written.record(), written.leftOut(), settled.failure());
        };
    }

    /**
     * Returns the newest record of a group: one request to list, one to read.
     *
     * @throws EvaluationLogException UNAVAILABLE, CORRUPT or NEWER_FORMAT
     */
    public Optional<EvaluationRecord> newest(GroupName group)
    {
        Instant now = clock.instant();
        Optional<ObjectKey> newest = Optional.empty();
        for (Duration back : LOOK_BACKS) {
            newest = last(group, Optional.of(key(group, latest(now.minus(back), Instant.EPOCH))));
            if (newest.isPresent()) {
                break;
            }
        }
        // nobody evaluated for a week, so nobody deleted either
        newest = newest.isPresent() ? newest : last(group, Optional.empty());
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        ObjectKey key = newest.orElseThrow();
        return Optional.of(read(group, key).orElseThrow(() -> new EvaluationLogException(Kind.UNAVAILABLE, "Cannot read record %s: it is listed and absent".formatted(key))));
    }

    /**
     * Returns the records after a tick, oldest first.
     *
     * @param countMax at most this many, 1 to {@link #RECORDS_MAX}
     * @throws EvaluationLogException UNAVAILABLE, CORRUPT or NEWER_FORMAT
     */
    public List<EvaluationRecord> after(GroupName group, Instant tick, int countMax)
    {
        return read(group, keys(group, Optional.of(key(group, tick)), Optional.empty(), countMax));
    }

    /**
     * Returns the records of a time, both inclusive, oldest first. Of more than {@link #RECORDS_MAX} the first ones; {@link #after} the last of those there are more.
     *
     * @throws EvaluationLogException UNAVAILABLE, CORRUPT or NEWER_FORMAT
     */
    public List<EvaluationRecord> records(GroupName group, Instant from, Instant to)
    {
        // keys tell whole seconds; the record of the very start is wanted as well
        Instant before = latest(from.minusNanos(1), Instant.EPOCH.minusSeconds(1));
        Optional<ObjectKey> startAfter = before.isBefore(Instant.EPOCH) ? Optional.empty() : Optional.of(key(group, before));
        return read(group, keys(group, startAfter, Optional.of(key(group, to)), RECORDS_MAX));
    }

    /**
     * Returns the newest record before a tick.
     *
     * @throws EvaluationLogException UNAVAILABLE, CORRUPT or NEWER_FORMAT
     */
    public Optional<EvaluationRecord> before(GroupName group, Instant tick)
    {
        ObjectKey end = key(group, latest(tick.minusNanos(1), Instant.EPOCH));
        for (Duration back : LOOK_BACKS) {
            Optional<ObjectKey> last = Optional.of(key(group, latest(tick.minus(back), Instant.EPOCH)));
            List<ObjectKey> keys = keys(group, last, Optional.of(end), RECORDS_MAX);
            while (keys.size() == RECORDS_MAX) {
                List<ObjectKey> more = keys(group, Optional.of(keys.getLast()), Optional.of(end), RECORDS_MAX);
                keys = more.isEmpty() ? keys.subList(keys.size() - 1, keys.size()) : more;
            }
            if (!keys.isEmpty()) {
                return read(group, keys.getLast());
            }
        }
        return Optional.empty();
    }

    /**
     * Deletes records before a time, a page at most: the rest stays for the next call. The newest one stays in any case.
     *
     * @param newest the newest record of the group
     * @return how many were deleted
     * @throws EvaluationLogException UNAVAILABLE when the store did not answer; some may be deleted then
     */
    public int deleteBefore(EvaluationRecord newest, Instant time)
    {
        GroupName group = newest.group();
        ObjectKey end = key(group, time.isBefore(newest.tick()) ? latest(time, Instant.EPOCH) : newest.tick());
        List<ObjectKey> old = page(group, Optional.empty(), ObjectStore.LIST_COUNT_MAX).objects().stream()
                .map(ObjectHead::key)
                .filter(key -> isRecord(key) && key.compareTo(end) < 0)
                .toList();
        if (!old.isEmpty()) {
            try {
                store.delete(old);
            }
            catch (IOException e) {
                throw new EvaluationLogException(Kind.UNAVAILABLE, "Cannot delete old records of group %s: %s".formatted(group, e.getMessage()), e);
            }
        }
        return old.size();
    }

    public static ObjectKey key(GroupName group, Instant tick)
    {
        return folder(group).child("%020d%s".formatted(tick.getEpochSecond(), SUFFIX));
    }

    private static ObjectKey folder(GroupName group)
    {
        return new ObjectKey(FOLDER.value() + "/" + group.path());
    }

    private static boolean isRecord(ObjectKey key)
    {
        return NAME.matcher(key.name()).matches();
    }

    private static Instant latest(Instant left, Instant right)
    {
        return left.isAfter(right) ? left : right;
    }

    private Optional<ObjectKey> last(GroupName group, Optional<ObjectKey> startAfter)
    {
        Optional<ObjectKey> last = Optional.empty();
        Optional<ObjectKey> after = startAfter;
        while (true) {
            ListPage page = page(group, after, ObjectStore.LIST_COUNT_MAX);
            for (ObjectHead object : page.objects()) {
                last = isRecord(object.key()) ? Optional.of(object.key()) : last;
            }
            if (!page.truncated()) {
                return last;
            }
            after = Optional.of(page.objects().getLast().key());
        }
    }

    private List<ObjectKey> keys(GroupName group, Optional<ObjectKey> startAfter, Optional<ObjectKey> end, int countMax)
    {
        if (countMax < 1 || countMax > RECORDS_MAX) {
            throw new IllegalArgumentException("Cannot read %s records at once: it must be 1 to %s".formatted(countMax, RECORDS_MAX));
        }
        List<ObjectKey> keys = new ArrayList<>();
        Optional<ObjectKey> after = startAfter;
        while (true) {
            ListPage page = page(group, after, Math.min(ObjectStore.LIST_COUNT_MAX, countMax - keys.size()));
            for (ObjectHead object : page.objects()) {
                if (end.isPresent() && object.key().compareTo(end.orElseThrow()) > 0) {
                    return keys;
                }
                if (isRecord(object.key())) {
                    keys.add(object.key());
                }
            }
            if (!page.truncated() || keys.size() >= countMax) {
                return keys;
            }
            after = Optional.of(page.objects().getLast().key());
        }
    }

    private ListPage page(GroupName group, Optional<ObjectKey> startAfter, int countMax)
    {
        try {
            return store.list(folder(group), startAfter, countMax);
        }
        catch (IOException e) {
            throw new EvaluationLogException(Kind.UNAVAILABLE, "Cannot list the records of group %s: %s".formatted(group, e.getMessage()), e);
        }
    }

    private List<EvaluationRecord> read(GroupName group, List<ObjectKey> keys)
    {
        List<EvaluationRecord> records = new ArrayList<>();
        for (ObjectKey key : keys) {
            read(group, key).ifPresent(records::add); // else it was deleted after it was listed, being old
        }
        return records;
    }

    private Optional<EvaluationRecord> read(GroupName group, ObjectKey key)
    {
        try {
            return store.get(key).map(stored -> parse(group, stored));
        }
        catch (IOException e) {
            throw new EvaluationLogException(Kind.UNAVAILABLE, "Cannot read record %s: %s".formatted(key, e.getMessage()), e);
        }
    }

    private static EvaluationRecord parse(GroupName group, StoredObject stored)
    {
        EvaluationRecord record;
        try {
            record = EvaluationRecordParser.fromJson(group, stored.content());
        }
        catch (EvaluationLogException e) {
            throw new EvaluationLogException(e.kind(), "Cannot use %s: %s".formatted(stored.key(), e.getMessage()), e);
        }
        if (!stored.key().equals(key(group, record.tick()))) {
            throw new EvaluationLogException(Kind.CORRUPT, "Cannot use %s: it calls itself the record of tick %s".formatted(stored.key(), record.tick()));
        }
        return record;
    }
}
