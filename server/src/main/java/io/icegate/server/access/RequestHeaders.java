package io.icegate.server.access;

import java.util.List;

/**
 * The headers of a request, in any protocol.
 */
@FunctionalInterface
public interface RequestHeaders
{
    /**
     * All values of a header, one for each time that it was sent.
     *
     * @param name in any case
     */
    List<String> values(String name);
}
