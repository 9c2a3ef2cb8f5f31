package io.icegate.standalone.console;

import java.util.ArrayList;
import java.util.List;

import static java.util.Objects.requireNonNull;

/**
 * A text with SQL statements, each of which ends with a semicolon. One in a string, a quoted name or a comment ends nothing.
 *
 * @param complete the statements that have ended, without their semicolons
 * @param rest what follows the last semicolon, empty when that is nothing but space and comments
 */
public record Statements(List<String> complete, String rest)
{
    public Statements
    {
        complete = List.copyOf(complete);
        requireNonNull(rest, "rest is null");
    }

    public static Statements parse(String text)
    {
        List<String> complete = new ArrayList<>();
        int start = 0;
        boolean hasContent = false;
        for (int index = 0; index < text.length(); ) {
            int end = endOfToken(text, index);
            char first = text.charAt(index);
            if (first == ';') {
                if (hasContent) {
                    complete.add(text.substring(start, index).strip());
                }
                start = end;
                hasContent = false;
            }
            else {
                hasContent |= !Character.isWhitespace(first) && !isComment(text, index);
            }
            index = end;
        }
        return new Statements(complete, hasContent ? text.substring(start).strip() : "");
    }

    /**
     * All statements: the last one needs no semicolon.
     */
    public List<String> all()
    {
        if (rest.isEmpty()) {
            return complete;
        }
        List<String> all = new ArrayList<>(complete);
        all.add(rest);
        return all;
    }

    private static boolean isComment(String text, int index)
    {
        return text.startsWith("--", index) || text.startsWith("/*", index);
    }

    /**
     * A token that is not closed goes on to the end of the text.
     */
    private static int endOfToken(String text, int start)
    {
        char first = text.charAt(start);
        if (first == '\'' || first == '"') {
            // a doubled quote closes one token and opens the next, which comes to the same
            return after(text, String.valueOf(first), start + 1);
        }
        if (text.startsWith("--", start)) {
            return after(text, "\n", start);
        }
        if (text.startsWith("/*", start)) {
            return after(text, "*/", start + 2);
        }
        return start + 1;
    }

    private static int after(String text, String closing, int from)
    {
        int found = text.indexOf(closing, from);
        return found < 0 ? text.length() : found + closing.length();
    }
}
