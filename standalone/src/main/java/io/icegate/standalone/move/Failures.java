package io.icegate.standalone.move;

/**
 * Says failures of catalogs in one line.
 */
final class Failures
{
    private static final int CAUSES_MAX = 20;

    private Failures() {}

    /**
     * The message, and that of the first cause of all, which Iceberg's own messages leave out.
     */
    static String message(Throwable failure)
    {
        Throwable first = failure;
        for (int i = 0; i < CAUSES_MAX && first.getCause() != null; i++) {
            first = first.getCause();
        }
        String message = text(failure);
        String reason = text(first);
        return (message.contains(reason) ? message : message + ": " + reason).lines().findFirst().orElse(message);
    }

    private static String text(Throwable failure)
    {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
