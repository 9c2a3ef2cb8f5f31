package io.icegate.receiver.decode;

import io.icegate.receiver.signal.Acknowledgement;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Collects what the client has to be told about its request. Names the first case of each kind and counts the others, so that
 * the answer stays short. Serves one request, in one thread.
 */
final class Findings
{
    private final Map<Kind, Case> cases = new EnumMap<>(Kind.class);
    private final List<String> remarks = new ArrayList<>();
    private @Nullable String ignored;

    /**
     * Kinds of odd records. The texts take the number of records, and the place of the first one.
     */
    enum Kind
    {
        REJECTED("%s not stored, first %s"),
        TIME("%s with a time too far off, first %s; another time is the timestamp, the sent one is kept beside it"),
        TEXT("%s with text that is not UTF-8, first %s; stored with U+FFFD, what was sent is kept in otlp_residual"),
        EMPTY("%s without data points, first %s; nothing of it is stored"),
        SHORTENED("%s with more than the columns take, first %s; the columns hold less, what was sent is kept in otlp_residual");

        private final String text;

        Kind(String text)
        {
            this.text = text;
        }
    }

    private static final class Case
    {
        private final String first;
        private long count;

        private Case(String first)
        {
            this.first = first;
        }
    }

    /**
     * Notes a case of some records.
     *
     * @param first where it is, and more about it
     */
    void add(Kind kind, long records, Supplier<String> first)
    {
        Case known = cases.get(kind);
        if (known == null) {
            known = new Case(first.get());
            cases.put(kind, known);
        }
        known.count += records;
    }

    /**
     * Notes the first value outside of all records that was ignored because it is wrong.
     */
    void ignored(String first)
    {
        ignored = requireNonNull(first, "first is null");
        remark("A value is ignored: " + first);
    }

    void remark(String text)
    {
        remarks.add(requireNonNull(text, "text is null"));
    }

    /**
     * Where and why the first record was rejected, or else the first value outside of records was ignored.
     */
    Optional<String> fault()
    {
        Case rejected = cases.get(Kind.REJECTED);
        return Optional.ofNullable(rejected == null ? ignored : rejected.first);
    }

    Acknowledgement acknowledgement()
    {
        if (cases.isEmpty() && remarks.isEmpty()) {
            return Acknowledgement.FULL;
        }
        StringJoiner message = new StringJoiner(". ");
        cases.forEach((kind, found) -> message.add(kind.text.formatted(found.count == 1 ? "1 record" : found.count + " records", found.first)));
        remarks.forEach(message::add);
        Case rejected = cases.get(Kind.REJECTED);
        return new Acknowledgement(rejected == null ? 0 : rejected.count, message.toString());
    }
}
