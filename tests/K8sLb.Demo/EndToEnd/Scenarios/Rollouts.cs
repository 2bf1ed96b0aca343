namespace K8sLb.Demo;

/// <summary>What a Deployment does with its pods.</summary>
internal static class Rollouts
{
    private const int Pods = 4;
    private const int More = 6;

    public static async Task RestartAsync(Stage stage, CancellationToken cancellation)
    {
        await stage.Shop.RestartAsync(cancellation);
        await stage.UntilGoneAsync(cancellation);
    }

    public static async Task ScaleInAsync(Stage stage, CancellationToken cancellation)
    {
        await stage.Shop.ScaleAsync(More, cancellation);
        // So that there is something to lose on those that go.
        await stage.Load.RunningForAsync(TimeSpan.FromSeconds(5), cancellation);
        await stage.Shop.ScaleAsync(Pods, cancellation);
        await stage.UntilReadyAsync(Pods, cancellation);
        await stage.UntilGoneAsync(cancellation);
    }
}
