package io.icegate.standalone.process;

import java.util.HashMap;
import java.util.Map;

/**
 * The variables that the programs get beside those of this process. AWS clients read endpoint, region and credentials from there. A server
 * that is not AWS does not care about the region, but the clients insist on one.
 */
final class StoreEnvironment
{
    private static final String DEFAULT_REGION = "us-east-1";

    private StoreEnvironment() {}

    static Map<String, String> with(Map<String, String> further)
    {
        Map<String, String> environment = new HashMap<>();
        if (!System.getenv().containsKey("AWS_REGION") && !System.getenv().containsKey("AWS_DEFAULT_REGION")) {
            environment.put("AWS_REGION", DEFAULT_REGION);
        }
        environment.putAll(further);
        return environment;
    }
}
