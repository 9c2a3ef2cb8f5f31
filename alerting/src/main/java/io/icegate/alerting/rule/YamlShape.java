package io.icegate.alerting.rule;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

import java.util.Optional;

/**
 * Looks at a YAML text as events, before a tree is made of it: how deep it is, because a tree is made by recursion, and whether it uses what makes
 * a text mean other things than it shows.
 */
final class YamlShape
{
    private YamlShape() {}

    /**
     * Whether a text has neither anchors nor tags and is not too deep; what it has is a problem.
     *
     * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException when it is no YAML
     */
    static boolean isPlain(LoadSettings settings, String text, Problems problems)
    {
        boolean plain = true;
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
            if (event instanceof AliasEvent || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
                problems.add(line, "anchors and aliases (& and *) are not supported; write the value where it is used");
                plain = false;
            }
            if (tag(event).isPresent()) {
                problems.add(line, "tags (such as %s) are not supported; remove it, and quote the value if it is a text".formatted(tag(event).orElseThrow()));
                plain = false;
            }
            if (event instanceof CollectionStartEvent) {
                depth++;
            }
            else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > RuleLimits.FILE_DEPTH_MAX) {
                problems.add(line, "the file is nested more than %s levels deep; rules need 6".formatted(RuleLimits.FILE_DEPTH_MAX));
                return false;
            }
        }
        return plain;
    }

    private static Optional<String> tag(Event event)
    {
        return switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
    }
}
