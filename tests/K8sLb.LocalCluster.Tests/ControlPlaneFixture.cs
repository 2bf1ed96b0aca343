namespace K8sLb.LocalCluster.Tests;

public sealed class ControlPlaneFixture : IAsyncLifetime
{
    private ControlPlane? plane;

    public ControlPlane Plane => plane ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => plane = await ControlPlane.StartAsync();

    public async Task DisposeAsync()
    {
        if (plane is not null)
        {
            await plane.DisposeAsync();
        }
    }
}
