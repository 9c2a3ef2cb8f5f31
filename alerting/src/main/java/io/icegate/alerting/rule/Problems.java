package io.icegate.alerting.rule;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with one file, up to {@link RuleLimits#PROBLEMS_MAX}.
 */
public final class Problems
{
    private final String file;
    private final List<Problem> problems = new ArrayList<>();
    private int left;

    public Problems(String file)
    {
        this.file = file;
    }

    public String file()
    {
        return file;
    }

    public void add(int line, String message)
    {
        if (problems.size() < RuleLimits.PROBLEMS_MAX) {
            problems.add(new Problem(file, line, message));
        }
        else {
            left++;
        }
    }

    public void add(Node node, String message)
    {
        add(line(node), message);
    }

    public List<Problem> list()
    {
        List<Problem> all = new ArrayList<>(problems);
        if (left > 0) {
            int last = problems.stream().mapToInt(Problem::line).max().orElse(1);
            all.add(new Problem(file, last, "there are %s more problems in this file; solve those above first".formatted(left)));
        }
        return all;
    }

    /**
     * Line of a node, from 1.
     */
    public static int line(Node node)
    {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
