package io.daybook.ledger.placement;

import io.daybook.base.config.ConfigSection;
import io.daybook.base.error.Check;
import io.daybook.base.seam.Entropy;
import io.daybook.ledger.placement.SpreadPlacement.Strictness;

/**
 * How a client chooses bookies: section {@code placement} of a client's configuration.
 *
 * @param policy what copies are spread over
 * @param strictness whether a choice that spreads too little is refused; means nothing to {@link Policy#RANDOM}
 * @param domainsMin racks or zones that each write set must span where that is required
 */
public record PlacementConfig(Policy policy, Strictness strictness, int domainsMin) {
    private static final int DOMAINS_MAX = 64;

    /** Any bookie will do. */
    public static final PlacementConfig DEFAULT = new PlacementConfig(Policy.RANDOM, Strictness.PREFER, 2);

    public PlacementConfig {
        Check.argument(
                domainsMin >= 1 && domainsMin <= DOMAINS_MAX,
                "domains-min is %s but must be between 1 and %s",
                domainsMin,
                DOMAINS_MAX);
    }

    /** Reads the section; problems are recorded there. */
    public static PlacementConfig from(ConfigSection section) {
        Policy policy = DEFAULT.policy;
        String wanted = section.text("policy", "random");
        switch (wanted) {
            case "random" -> policy = Policy.RANDOM;
            case "rack-aware" -> policy = Policy.RACK_AWARE;
            case "zone-aware" -> policy = Policy.ZONE_AWARE;
            default -> section.problem("policy", "must be random, rack-aware or zone-aware, not '" + wanted + "'");
        }
        String strictness = section.text("strictness", "prefer");
        if (!strictness.equals("prefer") && !strictness.equals("require")) {
            section.problem(
                    "strictness",
                    "must be prefer (place as well as can be) or require (refuse what spreads too little), not '"
                            + strictness + "'");
        }
        return new PlacementConfig(
                policy,
                strictness.equals("require") ? Strictness.REQUIRE : Strictness.PREFER,
                section.integer(
                        "domains-min", DEFAULT.domainsMin, 1, DOMAINS_MAX)); // more to survive more domains' loss
    }

    /** A policy as configured; for one loop. */
    public PlacementPolicy create(Entropy entropy) {
        return switch (policy) {
            case RANDOM -> new RandomPlacement(entropy);
            case RACK_AWARE -> new SpreadPlacement(FailureDomain.RACK, strictness, domainsMin, entropy);
            case ZONE_AWARE -> new SpreadPlacement(FailureDomain.ZONE, strictness, domainsMin, entropy);
        };
    }

    /** What the copies of an entry are spread over. */
    public enum Policy {
        RANDOM,
        RACK_AWARE,
        ZONE_AWARE
    }
}
