package io.icegate.catalog.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The protocol of the log as a small machine whose every state is visited: two processes that read, write and start cold,
 * a collector, and a clock. A process may stop for any time between two steps: before a request, and before it looks at the
 * answer. Answers get lost, and a write whose answer was not heard may take effect at any time later. A cold start is four
 * requests: it lists checkpoints, reads one, reads the records behind it, and lists the floors. A record may be offered one slot
 * ahead; its writer acknowledges it once it knows the slot before, and may fill that one with nothing. Checked: an acknowledged
 * record is the history's at that slot and every slot before it was filled, a record reported lost is not in the history, and what
 * a process takes for the tail was the tail when it asked.
 *
 * <p>The history is what the slots held when they were first filled. Collection publishes a floor, then empties slots at
 * or below it one by one; filling an emptied slot makes a ghost.
 */
final class LogModel
{
    /**
     * What is left out of the protocol, to see that the model notices.
     */
    enum Flaw
    {
        NONE,
        NO_FENCE,
        FENCE_ON_READS_ONLY,
        OBSERVED_WHEN_HANDLED,
        APPLIED_COUNTS_AS_OBSERVED,
        NO_SECOND_LOOK_AT_FLOORS,
        FLOOR_COMPARED_WITH_VERSION_REACHED,
        AHEAD_ACKNOWLEDGED_AT_ONCE,
    }

    /**
     * @param lateWrites whether a write that was not answered may take effect later
     * @param ahead whether records are offered ahead
     */
    record Setup(int slots, int ticks, int fence, int retention, boolean lateWrites, boolean ahead, Flaw flaw) {}

    record Result(int states, Optional<String> violation) {}

    private static final int PROCESSES = 2;
    private static final int ATTEMPTS_MAX = 2;
    private static final int STATES_MAX = 40_000_000;

    // layout of a state: now, checkpoint, floor, then per slot: content, birth, history; then per process
    private static final int NOW = 0;
    private static final int CHECKPOINT = 1;
    private static final int FLOOR = 2;
    private static final int SLOTS = 3;
    private static final int PER_SLOT = 3;

    // per process
    private static final int PHASE = 0;
    private static final int KNOWN = 1;
    private static final int OBSERVED = 2;
    private static final int ATTEMPTS = 3;
    private static final int BEGAN = 4;
    private static final int ANSWER = 5;
    private static final int TAIL_ASKED = 6;
    private static final int BASE = 7;
    private static final int WRONG = 8;
    private static final int LATE_SLOT = 9;
    private static final int LATE_ID = 10;
    private static final int AHEAD = 11;
    private static final int FILLS = 12;
    private static final int PLACED_SLOT = 13;
    private static final int PLACED_ID = 14;
    private static final int PER_PROCESS = 15;

    // phases
    private static final int IDLE = 0;
    private static final int PROBE_ANSWERED = 1;
    private static final int PUT_DECIDED = 2;
    private static final int PUT_AGAIN = 3;
    private static final int PUT_ANSWERED = 4;
    private static final int COLD = 5;
    private static final int COLD_LISTED = 6;
    private static final int COLD_READING = 7;
    private static final int COLD_AT_TAIL = 8;

    // answers beside the id of a record
    private static final int ABSENT = 0;
    private static final int WRITTEN = 100;
    private static final int LOST_ANSWER = 101;
    private static final int ANSWER_UNKNOWN = 102;

    private final Setup setup;
    private final int processes;
    private Optional<String> violation = Optional.empty();

    LogModel(Setup setup)
    {
        this.setup = setup;
        this.processes = SLOTS + PER_SLOT * (setup.slots + 2);
    }

    /**
     * Visits everything, or stops at the first violation.
     */
    Result explore()
    {
        byte[] start = new byte[processes + PROCESSES * PER_PROCESS];
        Fingerprints seen = new Fingerprints();
        Deque<byte[]> open = new ArrayDeque<>();
        open.add(start);
        seen.add(start);
        while (!open.isEmpty() && violation.isEmpty()) {
            for (byte[] next : successors(open.remove())) {
                byte[] state = forgetOldTimes(next);
                if (seen.add(state)) {
                    if (seen.count > STATES_MAX) {
                        throw new IllegalStateException("more than %s states".formatted(STATES_MAX));
                    }
                    open.add(state);
                }
            }
        }
        return new Result(seen.count, violation);
    }

    /**
     * Times that are older than anything asks for are one time.
     */
    private byte[] forgetOldTimes(byte[] state)
    {
        int now = state[NOW];
        for (int slot = 1; slot <= setup.slots; slot++) {
            int at = SLOTS + slot * PER_SLOT;
            state[at + 1] = (byte) (state[at] == 0 ? 0 : Math.max(state[at + 1], now - setup.retention - 1));
        }
        for (int process = 0; process < PROCESSES; process++) {
            int p = processes + process * PER_PROCESS;
            boolean cold = state[p + PHASE] >= COLD;
            state[p + OBSERVED] = (byte) (cold ? 0 : Math.max(state[p + OBSERVED], now - setup.fence - 1));
        }
        return state;
    }

    private List<byte[]> successors(byte[] state)
    {
        List<byte[]> next = new ArrayList<>();
        if (state[NOW] < setup.ticks) {
            step(state, next, s -> s[NOW]++);
        }
        int tail = tail(state);
        if (state[CHECKPOINT] < tail) {
            step(state, next, s -> s[CHECKPOINT] = (byte) tail);
        }
        collect(state, next);
        for (int process = 0; process < PROCESSES; process++) {
            run(state, next, processes + process * PER_PROCESS, process);
        }
        return next;
    }

    private static void step(byte[] state, List<byte[]> next, Consumer<byte[]> change)
    {
        byte[] changed = state.clone();
        change.accept(changed);
        next.add(changed);
    }

    private int content(byte[] state, int slot)
    {
        return slot > setup.slots ? 0 : state[SLOTS + slot * PER_SLOT];
    }

    private int history(byte[] state, int slot)
    {
        return slot > setup.slots ? 0 : state[SLOTS + slot * PER_SLOT + 2];
    }

    private int tail(byte[] state)
    {
        int tail = 0;
        while (tail < setup.slots && history(state, tail + 1) != 0) {
            tail++;
        }
        return tail;
    }

    private void collect(byte[] state, List<byte[]> next)
    {
        int floor = state[FLOOR];
        while (floor < state[CHECKPOINT] && content(state, floor + 1) != 0 && state[NOW] - state[SLOTS + (floor + 1) * PER_SLOT + 1] > setup.retention) {
            floor++;
            byte newFloor = (byte) floor;
            step(state, next, s -> s[FLOOR] = newFloor);
        }
        for (int slot = 1; slot <= state[FLOOR]; slot++) {
            if (content(state, slot) != 0) {
                int at = SLOTS + slot * PER_SLOT;
                step(state, next, s -> s[at] = 0);
            }
        }
    }

    private boolean isStale(byte[] state, int p)
    {
        return setup.flaw != Flaw.NO_FENCE && state[NOW] - state[p + OBSERVED] > setup.fence;
    }

    private void run(byte[] state, List<byte[]> next, int p, int process)
    {
        if (state[p + LATE_ID] != 0) {
            step(state, next, s -> {
                fill(s, s[p + LATE_SLOT], s[p + LATE_ID]);
                s[p + LATE_SLOT] = 0;
                s[p + LATE_ID] = 0;
            });
        }
        switch (state[p + PHASE]) {
            case IDLE -> {
                step(state, next, s -> {
                    if (isStale(s, p)) {
                        s[p + PHASE] = COLD;
                    }
                    else {
                        send(s, p, PROBE_ANSWERED);
                        s[p + ANSWER] = (byte) content(s, s[p + KNOWN] + 1);
                    }
                });
                if (state[p + PLACED_SLOT] != 0) {
                    placed(state, next, p);
                }
                else if (state[p + ATTEMPTS] < ATTEMPTS_MAX && !isStale(state, p)) {
                    for (int ahead = 0; ahead <= (setup.ahead ? 1 : 0) && state[p + KNOWN] + ahead < setup.slots; ahead++) {
                        byte chosen = (byte) ahead;
                        step(state, next, s -> {
                            s[p + AHEAD] = chosen;
                            s[p + PHASE] = PUT_DECIDED;
                        });
                    }
                }
            }
            case PROBE_ANSWERED -> step(state, next, s -> handleProbe(s, p));
            case PUT_DECIDED -> {
                byte[] sent = state.clone();
                if (sent[p + FILLS] == 0) {
                    sent[p + ATTEMPTS]++;
                }
                sent[p + BEGAN] = sent[NOW];
                put(sent, next, p, id(sent, p, process));
            }
            case PUT_AGAIN -> put(state, next, p, id(state, p, process));
            case PUT_ANSWERED -> step(state, next, s -> handlePut(s, p, id(s, p, process)));
            default -> cold(state, next, p);
        }
    }

    private static int id(byte[] state, int p, int process)
    {
        return (process + 1) * 10 + (state[p + FILLS] == 0 ? 0 : ATTEMPTS_MAX) + state[p + ATTEMPTS];
    }

    /**
     * What a process may do while its record stands in a slot and those before it are not known.
     */
    private void placed(byte[] state, List<byte[]> next, int p)
    {
        if (state[p + KNOWN] >= state[p + PLACED_SLOT]) {
            step(state, next, s -> acknowledgePlaced(s, p));
        }
        else if (state[p + KNOWN] == state[p + PLACED_SLOT] - 1) {
            step(state, next, s -> {
                s[p + KNOWN] = s[p + PLACED_SLOT]; // what stands there is known
                acknowledgePlaced(s, p);
            });
        }
        else if (!isStale(state, p)) {
            step(state, next, s -> {
                s[p + FILLS] = 1;
                s[p + AHEAD] = 0;
                s[p + PHASE] = PUT_DECIDED;
            });
        }
    }

    private void acknowledgePlaced(byte[] state, int p)
    {
        acknowledge(state, state[p + PLACED_SLOT], state[p + PLACED_ID]);
        state[p + PLACED_SLOT] = 0;
        state[p + PLACED_ID] = 0;
    }

    private void acknowledge(byte[] state, int slot, int id)
    {
        if (history(state, slot) != id) {
            violation = Optional.of("slot %s: record %s was acknowledged, the history has %s".formatted(slot, id, history(state, slot)));
        }
        if (tail(state) < slot) {
            violation = Optional.of("slot %s: record %s was acknowledged behind an empty slot".formatted(slot, id));
        }
    }

    private void send(byte[] state, int p, int phase)
    {
        state[p + PHASE] = (byte) phase;
        state[p + BEGAN] = state[NOW];
        state[p + TAIL_ASKED] = (byte) tail(state);
    }

    private static void answer(byte[] state, int p, int answer, int phase)
    {
        state[p + ANSWER] = (byte) answer;
        state[p + PHASE] = (byte) phase;
    }

    private void observe(byte[] state, int p)
    {
        state[p + OBSERVED] = setup.flaw == Flaw.OBSERVED_WHEN_HANDLED ? state[NOW] : state[p + BEGAN];
    }

    private void idle(byte[] state, int p)
    {
        state[p + PHASE] = IDLE;
        state[p + BEGAN] = 0;
        state[p + ANSWER] = 0;
        state[p + TAIL_ASKED] = 0;
        state[p + BASE] = 0;
        state[p + WRONG] = 0;
        state[p + AHEAD] = 0;
        state[p + FILLS] = 0;
    }

    private void startCold(byte[] state, int p)
    {
        idle(state, p);
        state[p + PHASE] = COLD;
    }

    private void handleProbe(byte[] state, int p)
    {
        if (isStale(state, p)) {
            startCold(state, p);
            return;
        }
        int found = state[p + ANSWER];
        if (found == ABSENT) {
            if (state[p + KNOWN] < state[p + TAIL_ASKED]) {
                violation = Optional.of("a reader took %s for the tail when it was %s".formatted(state[p + KNOWN], state[p + TAIL_ASKED]));
            }
            observe(state, p);
        }
        else {
            apply(state, p, found);
        }
        idle(state, p);
    }

    private void apply(byte[] state, int p, int id)
    {
        state[p + KNOWN]++;
        if (history(state, state[p + KNOWN]) != id) {
            violation = Optional.of("slot %s: record %s was applied, the history has %s".formatted(state[p + KNOWN], id, history(state, state[p + KNOWN])));
        }
        if (setup.flaw == Flaw.APPLIED_COUNTS_AS_OBSERVED) {
            state[p + OBSERVED] = state[p + BEGAN];
        }
    }

    private void put(byte[] state, List<byte[]> next, int p, int id)
    {
        int slot = slot(state, p);
        boolean empty = content(state, slot) == 0;
        step(state, next, s -> {
            fill(s, slot, id);
            answer(s, p, empty ? WRITTEN : LOST_ANSWER, PUT_ANSWERED);
        });
        if (empty) {
            step(state, next, s -> {
                fill(s, slot, id);
                answer(s, p, ANSWER_UNKNOWN, PUT_ANSWERED);
            });
        }
        if (setup.lateWrites && state[p + LATE_ID] == 0) {
            step(state, next, s -> {
                s[p + LATE_SLOT] = (byte) slot;
                s[p + LATE_ID] = (byte) id;
                answer(s, p, ANSWER_UNKNOWN, PUT_ANSWERED);
            });
        }
    }

    /**
     * What the store does with a write.
     */
    private static void fill(byte[] state, int slot, int id)
    {
        int at = SLOTS + slot * PER_SLOT;
        if (state[at] == 0) {
            state[at] = (byte) id;
            state[at + 1] = state[NOW];
            if (state[at + 2] == 0) {
                state[at + 2] = (byte) id;
            }
        }
    }

    private static int slot(byte[] state, int p)
    {
        return state[p + KNOWN] + 1 + state[p + AHEAD];
    }

    /**
     * Reading the slot back and looking at the clock are one step here: between them nothing is concluded.
     */
    private void handlePut(byte[] state, int p, int id)
    {
        int slot = slot(state, p);
        int content = content(state, slot);
        boolean ours = state[p + ANSWER] == WRITTEN || content == id;
        if (!ours && content == 0) {
            // taken when it was tried, or not heard, and empty now: the same bytes again
            state[p + PHASE] = PUT_AGAIN;
            state[p + ANSWER] = 0;
            return;
        }
        boolean stale = setup.flaw != Flaw.FENCE_ON_READS_ONLY && isStale(state, p);
        if (!stale) {
            conclude(state, p, slot, id, ours, content);
            idle(state, p);
        }
        else if (slot > state[FLOOR]) {
            if (ours) {
                conclude(state, p, slot, id, true, content);
                boolean unknownBefore = state[p + PLACED_SLOT] == slot;
                idle(state, p);
                if (unknownBefore) {
                    state[p + PHASE] = COLD;
                }
            }
            else {
                reportLost(state, slot, id);
                startCold(state, p);
            }
        }
        else if (2 * (state[NOW] - state[p + BEGAN]) >= setup.retention) {
            startCold(state, p); // unknown: nothing is claimed
        }
        else {
            if (ours && content == id) {
                state[SLOTS + slot * PER_SLOT] = 0;
            }
            reportLost(state, slot, id);
            startCold(state, p);
        }
    }

    private void conclude(byte[] state, int p, int slot, int id, boolean ours, int content)
    {
        boolean ahead = state[p + AHEAD] != 0;
        if (ours && ahead) {
            if (setup.flaw == Flaw.AHEAD_ACKNOWLEDGED_AT_ONCE) {
                acknowledge(state, slot, id);
            }
            state[p + PLACED_SLOT] = (byte) slot;
            state[p + PLACED_ID] = (byte) id;
        }
        else if (ours) {
            acknowledge(state, slot, id);
            state[p + KNOWN] = (byte) slot;
            observe(state, p);
        }
        else {
            reportLost(state, slot, id);
            if (!ahead) {
                apply(state, p, content);
            }
        }
    }

    private void reportLost(byte[] state, int slot, int id)
    {
        if (history(state, slot) == id) {
            violation = Optional.of("slot %s: record %s was reported lost, the history has it".formatted(slot, id));
        }
    }

    private void cold(byte[] state, List<byte[]> next, int p)
    {
        switch (state[p + PHASE]) {
            case COLD -> step(state, next, s -> {
                s[p + BASE] = s[CHECKPOINT];
                s[p + PHASE] = COLD_LISTED;
            });
            case COLD_LISTED -> {
                step(state, next, s -> {
                    s[p + KNOWN] = s[p + BASE];
                    s[p + PHASE] = COLD_READING;
                });
                if (state[p + BASE] < state[FLOOR]) {
                    step(state, next, s -> startCold(s, p)); // collected with the records before the floor
                }
            }
            case COLD_READING -> step(state, next, s -> {
                int found = content(s, s[p + KNOWN] + 1);
                if (found == ABSENT) {
                    send(s, p, COLD_AT_TAIL);
                }
                else {
                    s[p + KNOWN]++;
                    if (history(s, s[p + KNOWN]) != found) {
                        s[p + WRONG] = 1;
                    }
                }
            });
            case COLD_AT_TAIL -> step(state, next, s -> acceptCold(s, p));
            default -> throw new IllegalStateException("phase " + state[p + PHASE]);
        }
    }

    private void acceptCold(byte[] state, int p)
    {
        int against = setup.flaw == Flaw.FLOOR_COMPARED_WITH_VERSION_REACHED ? state[p + KNOWN] : state[p + BASE];
        if (setup.flaw != Flaw.NO_SECOND_LOOK_AT_FLOORS && state[FLOOR] > against) {
            startCold(state, p);
            return;
        }
        if (state[p + WRONG] != 0) {
            violation = Optional.of("a cold start accepted a ghost");
        }
        if (state[p + KNOWN] < state[p + TAIL_ASKED]) {
            violation = Optional.of("a cold start took %s for the tail when it was %s".formatted(state[p + KNOWN], state[p + TAIL_ASKED]));
        }
        observe(state, p);
        idle(state, p);
    }

    /**
     * States that were seen, by 64 bits of each: 40 million fit into half a gigabyte, and two of them are taken for one with a
     * probability of less than one in ten thousand.
     */
    private static final class Fingerprints
    {
        private long[] table = new long[1 << 16];
        private int count;

        private boolean add(byte[] state)
        {
            if (count >= table.length / 8 * 7) {
                long[] old = table;
                table = new long[old.length * 2];
                count = 0;
                for (long fingerprint : old) {
                    if (fingerprint != 0) {
                        insert(fingerprint);
                    }
                }
            }
            return insert(fingerprint(state));
        }

        private boolean insert(long fingerprint)
        {
            int at = (int) fingerprint & (table.length - 1);
            while (table[at] != 0) {
                if (table[at] == fingerprint) {
                    return false;
                }
                at = (at + 1) & (table.length - 1);
            }
            table[at] = fingerprint;
            count++;
            return true;
        }

        private static long fingerprint(byte[] state)
        {
            long hash = 0x9E37_79B9_7F4A_7C15L;
            for (byte each : state) {
                hash = (hash ^ each) * 0xBF58_476D_1CE4_E5B9L;
                hash ^= hash >>> 29;
            }
            hash *= 0x94D0_49BB_1331_11EBL;
            hash ^= hash >>> 31;
            return hash == 0 ? 1 : hash;
        }
    }
}
