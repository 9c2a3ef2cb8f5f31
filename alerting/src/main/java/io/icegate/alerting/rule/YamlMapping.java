package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.server.NearestName;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One mapping of a YAML file. Everything that is not as expected becomes a problem with its line, and reads as absent.
 */
public final class YamlMapping
{
    private static final Tag MERGE = new Tag("tag:yaml.org,2002:merge");

    private final Problems problems;
    private final String what;
    private final MappingNode node;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();

    /**
     * @param what the mapping is, as messages begin: {@code rule CheckoutErrors}
     * @param known keys; empty allows all
     */
    public YamlMapping(Problems problems, String what, MappingNode node, Set<String> known)
    {
        this.problems = problems;
        this.what = what;
        this.node = node;
        for (NodeTuple entry : node.getValue()) {
            read(entry, known);
        }
    }

    /**
     * Reads a file that is one mapping.
     *
     * @param first key that it begins with, for messages
     * @return empty when the file cannot be read, which is a problem
     */
    public static Optional<YamlMapping> read(Problems problems, String text, String first, Set<String> known)
    {
        Optional<Node> root = compose(problems, text, first);
        if (root.isPresent() && !(root.orElseThrow() instanceof MappingNode)) {
            problems.add(root.orElseThrow(), "this file must be a mapping; begin it with '%s:'".formatted(first));
            return Optional.empty();
        }
        return root.map(node -> new YamlMapping(problems, "this file", (MappingNode) node, known));
    }

    private static Optional<Node> compose(Problems problems, String text, String first)
    {
        if (text.length() > RuleLimits.FILE_LENGTH_MAX) {
            problems.add(1, "the file has %s characters, at most %s are allowed; split it".formatted(text.length(), RuleLimits.FILE_LENGTH_MAX));
            return Optional.empty();
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(problems.file())
                .setCodePointLimit(RuleLimits.FILE_LENGTH_MAX)
                .setMaxAliasesForCollections(0)
                .build();
        try {
            if (!YamlShape.isPlain(settings, text, problems)) {
                return Optional.empty();
            }
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                problems.add(1, "the file is empty; begin it with '%s:'".formatted(first));
            }
            return root;
        }
        catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
            String where = e.getContextMark().map(mark -> ", begun in line " + (mark.getLine() + 1)).orElse("");
            problems.add(line, "this is no YAML: %s (%s%s); look at indentation, quotes and brackets, and use blanks instead of tabs".formatted(e.getProblem(), e.getContext(), where));
        }
        catch (YamlEngineException e) {
            problems.add(1, "this is no YAML: %s".formatted(e.getMessage()));
        }
        return Optional.empty();
    }

    private void read(NodeTuple entry, Set<String> known)
    {
        if (!(entry.getKeyNode() instanceof ScalarNode keyNode) || keyNode.getTag().equals(MERGE)) {
            problems.add(entry.getKeyNode(), "%s: a key must be a plain word".formatted(what));
            return;
        }
        String key = keyNode.getValue();
        if (!known.isEmpty() && !known.contains(key)) {
            problems.add(keyNode, "%s: unknown key '%s'%s".formatted(what, key, NearestName.hint(key, known)));
            return;
        }
        Integer earlier = lines.putIfAbsent(key, Problems.line(keyNode));
        if (earlier != null) {
            problems.add(keyNode, "%s: '%s' is given twice, first in line %s; remove one".formatted(what, key, earlier));
            return;
        }
        if (entry.getValueNode() instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL)) {
            problems.add(keyNode, "%s: '%s' has no value; give it one or remove the line".formatted(what, key));
            return;
        }
        values.put(key, entry.getValueNode());
    }

    /**
     * The word in a mapping that names it, before the mapping is read in full.
     */
    public static Optional<String> peek(Node node, String key)
    {
        if (!(node instanceof MappingNode mapping)) {
            return Optional.empty();
        }
        return mapping.getValue().stream()
                .filter(entry -> entry.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
                .filter(entry -> entry.getValueNode() instanceof ScalarNode)
                .map(entry -> ((ScalarNode) entry.getValueNode()).getValue())
                .findFirst();
    }

    public String what()
    {
        return what;
    }

    public int line()
    {
        return Problems.line(node);
    }

    /**
     * Line of a key, or of the mapping when it does not have it.
     */
    public int line(String key)
    {
        return lines.getOrDefault(key, line());
    }

    public Map<String, Integer> lines()
    {
        return lines;
    }

    public void problem(String key, String message)
    {
        problems.add(line(key), "%s: %s".formatted(what, message));
    }

    public Optional<Node> value(String key)
    {
        return Optional.ofNullable(values.get(key));
    }

    public Optional<ScalarNode> scalar(String key)
    {
        Optional<Node> value = value(key);
        if (value.isPresent() && !(value.orElseThrow() instanceof ScalarNode)) {
            problem(key, "'%s' must be a text; a list or a mapping cannot stand here".formatted(key));
            return Optional.empty();
        }
        return value.map(ScalarNode.class::cast);
    }

    public Optional<String> text(String key)
    {
        return scalar(key).map(ScalarNode::getValue);
    }

    /**
     * A text that must be there.
     *
     * @param example to show when it is missing
     */
    public Optional<String> required(String key, String example)
    {
        if (!lines.containsKey(key)) {
            problem(key, "'%s' is missing; add a line such as '%s: %s'".formatted(key, key, example));
        }
        return text(key);
    }

    public Optional<Duration> duration(String key, Duration min, Duration max)
    {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Duration> duration = Durations.parse(text.orElseThrow());
        if (duration.isEmpty()) {
            problem(key, "'%s: %s' is no duration; write it as 30s, 5m, 1h30m or 7d".formatted(key, text.orElseThrow()));
            return Optional.empty();
        }
        if (duration.orElseThrow().compareTo(min) < 0 || duration.orElseThrow().compareTo(max) > 0) {
            problem(key, "'%s: %s' is out of range; it must be %s to %s".formatted(key, text.orElseThrow(), Durations.text(min), Durations.text(max)));
            return Optional.empty();
        }
        return duration;
    }

    /**
     * One of some words.
     */
    public Optional<String> word(String key, Collection<String> words)
    {
        Optional<String> word = text(key);
        if (word.isPresent() && !words.contains(word.orElseThrow())) {
            problem(key, "'%s: %s' is not possible; it must be %s".formatted(key, word.orElseThrow(), String.join(" or ", words)));
            return Optional.empty();
        }
        return word;
    }

    /**
     * A list of different texts.
     */
    public Optional<List<String>> texts(String key, int countMax)
    {
        return list(key, countMax).map(elements -> {
            List<String> texts = new ArrayList<>();
            for (Node element : elements) {
                if (!(element instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL) || scalar.getValue().isEmpty()) {
                    problems.add(element, "%s: '%s' must be a list of names, such as [a, b]".formatted(what, key));
                }
                else if (texts.contains(scalar.getValue())) {
                    problems.add(element, "%s: '%s' is in '%s' twice; remove one".formatted(what, scalar.getValue(), key));
                }
                else {
                    texts.add(scalar.getValue());
                }
            }
            return texts;
        });
    }

    /**
     * The elements of a list.
     *
     * @param countMax those beyond it are left out, which is a problem
     */
    public Optional<List<Node>> list(String key, int countMax)
    {
        Optional<Node> value = value(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.orElseThrow() instanceof SequenceNode sequence)) {
            problem(key, "'%s' must be a list; begin each of its elements with '-', or write [a, b]".formatted(key));
            return Optional.empty();
        }
        List<Node> elements = sequence.getValue();
        if (elements.size() > countMax) {
            problem(key, "'%s' has %s elements; at most %s are allowed".formatted(key, elements.size(), countMax));
            return Optional.of(elements.subList(0, countMax));
        }
        return Optional.of(elements);
    }

    public Optional<YamlMapping> mapping(String key, Set<String> known)
    {
        Optional<Node> value = value(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.orElseThrow() instanceof MappingNode mapping)) {
            problem(key, "'%s' must be a mapping of names to values, such as {name: value}".formatted(key));
            return Optional.empty();
        }
        return Optional.of(new YamlMapping(problems, "%s, %s".formatted(what, key), mapping, known));
    }

    /**
     * All keys with their texts.
     */
    public SortedMap<String, String> textsByKey()
    {
        SortedMap<String, String> texts = new TreeMap<>();
        values.keySet().forEach(key -> text(key).ifPresent(text -> texts.put(key, text)));
        return ImmutableSortedMap.copyOf(texts);
    }
}
