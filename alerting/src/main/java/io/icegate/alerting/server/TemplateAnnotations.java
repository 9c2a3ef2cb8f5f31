package io.icegate.alerting.server;

import com.google.common.collect.ImmutableSortedMap;
import io.icegate.alerting.rule.Rule;
import io.icegate.alerting.rule.Template;
import io.icegate.alerting.state.Annotations;
import io.icegate.alerting.state.ResultRow;

import java.time.Instant;
import java.util.SortedMap;

/**
 * Fills in the templates of a rule.
 */
public final class TemplateAnnotations
        implements Annotations
{
    @Override
    public SortedMap<String, String> render(Rule rule, ResultRow row, Instant tick)
    {
        Template.Row values = new Template.Row(row.labels().values(), row.value(), row.values(), tick);
        ImmutableSortedMap.Builder<String, String> texts = ImmutableSortedMap.naturalOrder();
        rule.annotations().forEach((name, text) -> texts.put(name, Template.parse(text).render(values)));
        return texts.buildOrThrow();
    }
}
