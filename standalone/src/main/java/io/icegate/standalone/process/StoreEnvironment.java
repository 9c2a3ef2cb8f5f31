package io.icegate.standalone.process;

import java.util.HashMap;
import java.util.Map;

/**
 * Adds variables for AWS clients to the environment of the programs. The clients read endpoint, region and credentials from there. They
 * insist on a region, which a server other than AWS's ignores.
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
