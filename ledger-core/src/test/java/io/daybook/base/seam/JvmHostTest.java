package io.daybook.base.seam;

final class JvmHostTest extends HostContract {
    private int exitStatus = -1;
    private JvmHost host = start();

    @Override
    protected Host host() {
        return host;
    }

    @Override
    protected void restart() {
        host = start();
    }

    @Override
    protected int exitStatus() {
        return exitStatus;
    }

    private JvmHost start() {
        return JvmHost.calling(new SecureEntropy(), status -> exitStatus = status);
    }
}
