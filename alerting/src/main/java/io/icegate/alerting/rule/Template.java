package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import io.icegate.server.NearestName;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Text of an annotation with places for what an alert's row holds: {@code {{ $labels.x }}}, {@code {{ $value }}}, {@code {{ $values.x }}} and
 * {@code {{ $tick }}}, each with at most one of {@code humanize}, {@code humanizeDuration} and {@code humanizePercentage}, as in
 * {@code {{ $value | humanize }}} or {@code {{ humanize $value }}}. Conditions belong into the query, which has CASE.
 */
public final class Template
{
    private static final Pattern PLACE = Pattern.compile("\\{\\{-?(.*?)-?}}", Pattern.DOTALL);
    private static final Pattern CONTENT = Pattern.compile("\\s*(?:(\\w+)\\s+)?\\$([^\\s|]+)\\s*(?:\\|\\s*(\\w+)\\s*)?");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final String CUT = "…";

    private final List<Part> parts;

    private Template(List<Part> parts)
    {
        this.parts = ImmutableList.copyOf(parts);
    }

    /**
     * What a template is filled with.
     *
     * @param labels of the row
     * @param values columns that are neither {@code value} nor labels, as text
     */
    public record Row(SortedMap<String, String> labels, OptionalDouble value, SortedMap<String, String> values, Instant tick)
    {
        public Row
        {
            labels = ImmutableSortedMap.copyOf((Map<String, String>) labels);
            requireNonNull(value, "value is null");
            values = ImmutableSortedMap.copyOf((Map<String, String>) values);
            requireNonNull(tick, "tick is null");
        }
    }

    /**
     * Names that a template can use; empty where they are not known before the query has run.
     */
    public record Names(Optional<List<String>> labels, Optional<List<String>> values, boolean value)
    {
        public static final Names UNKNOWN = new Names(Optional.empty(), Optional.empty(), true);

        public Names
        {
            labels = labels.map(List::copyOf);
            values = values.map(List::copyOf);
        }
    }

    private enum Kind
    {
        TEXT,
        LABEL,
        VALUE,
        COLUMN,
        TICK,
    }

    private record Part(Kind kind, String text, Optional<Humanize> humanize) {}

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException when {@link #problems} finds one
     */
    public static Template parse(String text)
    {
        List<String> problems = new ArrayList<>();
        List<Part> parts = read(text, Names.UNKNOWN, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Cannot use template '%s': %s".formatted(text, problems.getFirst()));
        }
        return new Template(parts);
    }

    /**
     * All that is wrong with a template.
     */
    public static List<String> problems(String text, Names names)
    {
        List<String> problems = new ArrayList<>();
        read(text, names, problems);
        return problems;
    }

    private static List<Part> read(String text, Names names, List<String> problems)
    {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PLACE.matcher(text);
        int end = 0;
        while (matcher.find()) {
            addText(parts, text.substring(end, matcher.start()), problems);
            place(matcher.group(), matcher.group(1), names, problems).ifPresent(parts::add);
            end = matcher.end();
        }
        addText(parts, text.substring(end), problems);
        return parts;
    }

    private static void addText(List<Part> parts, String text, List<String> problems)
    {
        if (text.contains("{{")) {
            problems.add("'{{' has no '}}' after it");
        }
        if (!text.isEmpty()) {
            parts.add(new Part(Kind.TEXT, text, Optional.empty()));
        }
    }

    private static Optional<Part> place(String whole, String content, Names names, List<String> problems)
    {
        Matcher matcher = CONTENT.matcher(content);
        if (!matcher.matches()) {
            problems.add("'%s' is not possible; write {{ $labels.x }}, {{ $value }}, {{ $values.x }} or {{ $tick }}, and use CASE in the query for conditions".formatted(whole));
            return Optional.empty();
        }
        if (matcher.group(1) != null && matcher.group(3) != null) {
            problems.add("'%s' has two functions; at most one is possible".formatted(whole));
            return Optional.empty();
        }
        Optional<Humanize> humanize = Optional.empty();
        String function = matcher.group(1) != null ? matcher.group(1) : matcher.group(3);
        if (function != null) {
            humanize = Humanize.of(function);
            if (humanize.isEmpty()) {
                problems.add("'%s': there is no function '%s'%s".formatted(whole, function, NearestName.hint(function, Humanize.NAMES)));
                return Optional.empty();
            }
        }
        return variable(whole, matcher.group(2), humanize, names, problems);
    }

    private static Optional<Part> variable(String whole, String variable, Optional<Humanize> humanize, Names names, List<String> problems)
    {
        if (variable.equals("value")) {
            if (!names.value()) {
                problems.add("'%s': the query has no column named value; write AS value behind the number".formatted(whole));
            }
            return Optional.of(new Part(Kind.VALUE, "", humanize));
        }
        if (variable.equals("tick")) {
            if (humanize.isPresent()) {
                problems.add("'%s': a time cannot be humanized".formatted(whole));
            }
            return Optional.of(new Part(Kind.TICK, "", Optional.empty()));
        }
        int dot = variable.indexOf('.');
        String map = dot < 0 ? variable : variable.substring(0, dot);
        String name = variable.substring(dot + 1);
        if (dot < 0 || !(map.equals("labels") || map.equals("values"))) {
            problems.add("'%s': there is no $%s; there are $labels.x, $value, $values.x and $tick".formatted(whole, variable));
            return Optional.empty();
        }
        if (!NAME.matcher(name).matches()) {
            problems.add("'%s': '%s' is no name of a column; use letters, digits and _, and name the column so with AS".formatted(whole, name));
            return Optional.empty();
        }
        boolean label = map.equals("labels");
        Optional<List<String>> known = label ? names.labels() : names.values();
        if (known.isPresent() && !known.orElseThrow().contains(name)) {
            problems.add(unknown(whole, label, name, known.orElseThrow(), label ? names.values().orElse(List.of()) : names.labels().orElse(List.of())));
        }
        return Optional.of(new Part(label ? Kind.LABEL : Kind.COLUMN, name, humanize));
    }

    private static String unknown(String whole, boolean label, String name, Collection<String> known, Collection<String> others)
    {
        if (others.contains(name)) {
            return label
                    ? "'%s': '%s' is a column but no label; write $values.%s, or add it to 'by'".formatted(whole, name, name)
                    : "'%s': '%s' is a label; write $labels.%s".formatted(whole, name, name);
        }
        if (name.equals("value") && !label) {
            return "'%s': the number of the alert is $value".formatted(whole);
        }
        return "'%s': there is no %s '%s'%s".formatted(whole, label ? "label" : "column", name, NearestName.hint(name, known));
    }

    /**
     * The text with everything filled in; what the row does not have is empty. At most {@link RuleLimits#ANNOTATION_BYTES_MAX} bytes, else it is cut.
     */
    public String render(Row row)
    {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(switch (part.kind()) {
                case TEXT -> part.text();
                case TICK -> row.tick().toString();
                case VALUE -> row.value().isPresent() ? number(row.value().getAsDouble(), part.humanize()) : "";
                case LABEL -> humanized(row.labels().getOrDefault(part.text(), ""), part.humanize());
                case COLUMN -> humanized(row.values().getOrDefault(part.text(), ""), part.humanize());
            });
            if (text.length() > RuleLimits.ANNOTATION_BYTES_MAX) {
                break; // a character is at least a byte
            }
        }
        return cut(text.toString());
    }

    private static String number(double value, Optional<Humanize> humanize)
    {
        return humanize.map(each -> each.text(value)).orElseGet(() -> Humanize.plain(value));
    }

    /**
     * A text that is no number stays as it is: an alert is not lost for the sake of its annotation.
     */
    private static String humanized(String text, Optional<Humanize> humanize)
    {
        if (humanize.isEmpty()) {
            return text;
        }
        try {
            return humanize.orElseThrow().text(Double.parseDouble(text));
        }
        catch (NumberFormatException e) {
            return text;
        }
    }

    private static String cut(String text)
    {
        if (text.getBytes(StandardCharsets.UTF_8).length <= RuleLimits.ANNOTATION_BYTES_MAX) {
            return text;
        }
        int left = RuleLimits.ANNOTATION_BYTES_MAX - CUT.getBytes(StandardCharsets.UTF_8).length;
        int end = 0;
        while (end < text.length()) {
            int next = text.offsetByCodePoints(end, 1);
            left -= text.substring(end, next).getBytes(StandardCharsets.UTF_8).length;
            if (left < 0) {
                break;
            }
            end = next;
        }
        return text.substring(0, end) + CUT;
    }
}
