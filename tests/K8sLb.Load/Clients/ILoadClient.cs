namespace K8sLb.Load;

internal interface ILoadClient
{
    /// <summary>Sends until <paramref name="stopping"/>, then lets its request in flight end and closes its connection.</summary>
    Task RunAsync(CancellationToken stopping);
}
