package io.icegate.alerting.state;

import io.icegate.alerting.rule.RuleLimits;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

import static io.icegate.alerting.rule.RuleLimits.INSTANCES_PER_RULE_MAX;
import static io.icegate.alerting.rule.RuleLimits.LABELS_MAX;
import static io.icegate.alerting.rule.RuleLimits.LABEL_BYTES_MAX;

/**
 * How much state a group may have, beside the limits of {@link RuleLimits}. A rule that would exceed a limit fails at that tick, and its state stays as it is.
 */
public final class StateLimits
{
    /**
     * All alerts of a group, as {@link #bytes} counts them, without {@link Fold#RULE_FAILING}. A record holds the state at most four times (its state, the settled
     * one, alerts of transitions from before and after), and stays below {@link EvaluationRecordParser#BYTES_MAX} with that.
     */
    public static final int STATE_BYTES_MAX = 768 << 10;

    /**
     * Bytes of the JSON of an alert beside its texts.
     */
    private static final int INSTANCE_BYTES = 320;
    /**
     * Bytes of the JSON of a name and its value beside both.
     */
    private static final int TEXT_BYTES = 6;

    private StateLimits() {}

    /**
     * Returns what is wrong with the rows of a rule.
     */
    static Optional<String> problem(Collection<ResultRow> rows)
    {
        if (rows.size() > INSTANCES_PER_RULE_MAX) {
            return Optional.of("returns %s rows, more than %s".formatted(rows.size(), INSTANCES_PER_RULE_MAX));
        }
        Set<Labels> seen = new HashSet<>();
        for (ResultRow row : rows) {
            if (!seen.add(row.labels())) {
                return Optional.of("returns two rows with the labels %s".formatted(row.labels().values()));
            }
            if (row.labels().values().size() > LABELS_MAX) {
                return Optional.of("returns a row with %s labels, more than %s".formatted(row.labels().values().size(), LABELS_MAX));
            }
            for (Map.Entry<String, String> label : row.labels().values().entrySet()) {
                int bytes = label.getValue().getBytes(StandardCharsets.UTF_8).length;
                if (bytes > LABEL_BYTES_MAX) {
                    return Optional.of("returns a label %s of %s bytes, more than %s".formatted(label.getKey(), bytes, LABEL_BYTES_MAX));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns no less than the JSON of an alert takes.
     */
    static int bytes(AlertInstance alert)
    {
        return INSTANCE_BYTES + bytes(alert.rule()) + bytes(alert.labels().values()) + bytes(alert.values()) + bytes(alert.allLabels()) + bytes(alert.annotations());
    }

    private static int bytes(SortedMap<String, String> texts)
    {
        int bytes = 0;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            bytes += TEXT_BYTES + bytes(text.getKey()) + bytes(text.getValue());
        }
        return bytes;
    }

    private static int bytes(String text)
    {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < ' ') {
                bytes += 6; // a control character is written as its number
            }
            else if (character < 0x80) {
                bytes += character == '"' || character == '\\' ? 2 : 1;
            }
            else {
                bytes += 3; // two for each half of a pair
            }
        }
        return bytes;
    }
}
