package io.icegate.alerting.rule;

import static java.util.Objects.requireNonNull;

/**
 * A file of rules as it is read.
 *
 * @param name as problems tell it
 * @param text YAML
 */
public record RuleFile(String name, String text)
{
    public RuleFile
    {
        requireNonNull(name, "name is null");
        requireNonNull(text, "text is null");
    }
}
