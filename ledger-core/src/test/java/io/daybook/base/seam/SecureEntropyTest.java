package io.daybook.base.seam;

final class SecureEntropyTest extends EntropyContract {
    private final SecureEntropy entropy = new SecureEntropy();

    @Override
    protected Entropy entropy() {
        return entropy;
    }
}
