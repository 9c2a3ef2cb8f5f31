package io.icegate.alerting.server;

import io.icegate.alerting.rule.Problem;

import java.util.List;

/**
 * A request that is refused, with a message for the one who sent it. Cheap: it has no stack trace.
 */
final class ApiException
        extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<Problem> problems;

    ApiException(int status, String message)
    {
        this(status, message, List.of());
    }

    ApiException(int status, String message, List<Problem> problems)
    {
        super(message, null, false, false);
        this.status = status;
        this.problems = List.copyOf(problems);
    }

    int status()
    {
        return status;
    }

    List<Problem> problems()
    {
        return problems;
    }
}
