using System.Net;
using System.Net.Http.Json;
using K8sLb.Protocol;
using K8sLb.Sidecar.Admin;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Behaviours;

/// <summary>What a drain can begin with.</summary>
public enum DrainTrigger
{
    Directive,
    PreStop,
    Sigterm,
}

/// <summary>A member that can be drained in one way; all that is seen of it comes from its ports.</summary>
internal abstract class DrainSubject : IAsyncDisposable
{
    private readonly HttpClient http = new();

    public abstract TestApp App { get; }
    protected abstract IPAddress Address { get; }
    public IPEndPoint Http => new(Address, TestMember.HttpPort);
    public IPEndPoint Tcp => new(Address, TestMember.TcpPort);
    public Uri Url => new($"http://{Http}");

    public static async Task<DrainSubject> StartAsync(PortMode mode, DrainTrigger trigger) =>
        trigger == DrainTrigger.Sigterm
            ? new SignalledSubject(await ProcessMember.StartAsync(mode))
            : new HostedSubject(await TestMember.PoolAsync(mode: mode), trigger);

    /// <summary>Begins the drain, and returns when every connection was asked that can be; TCP has no words for it.</summary>
    public async Task DrainAsync()
    {
        await BeginAsync();
        await Eventually.IsTrue(
            async () =>
                await ViewAsync() is { Drain.Progress: DrainProgress.Releasing } view
                && view.States.Asked == view.Live.Total - view.Live.Tcp,
            "every connection was asked to move"
        );
    }

    public async Task<ConnectionsView> ViewAsync() =>
        (
            await http.GetFromJsonAsync(
                new Uri($"http://{Address}:{TestMember.AdminPort}/connections"),
                AdminJson.Default.ConnectionsView
            )
        )!;

    /// <summary>The drain ends before its deadline, with nothing in flight and every connection accounted for.</summary>
    public abstract Task IsReleasedAsync();

    /// <summary>As <see cref="IsReleasedAsync"/>; and what broke at the application was counted.</summary>
    public abstract Task IsReleasedWithFailuresAsync();

    public virtual ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract Task BeginAsync();
}

/// <summary>In this process, drained by the operator's word or by the kubelet's call.</summary>
internal sealed class HostedSubject(TestPool pool, DrainTrigger trigger) : DrainSubject
{
    private readonly FailureCount failures = new(pool[0].Host.Services);
    private Task<DrainReport>? preStop;

    public override TestApp App => pool[0].App;
    protected override IPAddress Address => pool[0].Address;

    public override async Task IsReleasedAsync()
    {
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsOver: true }, "the drain is over");
        var view = await ViewAsync();
        view.Drain!.Progress.ShouldBe(DrainProgress.Released);
        view.InFlight.ShouldBe(0);
        view.Live.Total.ShouldBe(0);
        view.Totals.Opened.ShouldBe(view.Totals.Finished + view.Totals.Released + view.Totals.Forced);
        if (preStop is not null)
        {
            (await preStop).Progress.ShouldBe(DrainProgress.Released);
        }
    }

    public override async Task IsReleasedWithFailuresAsync()
    {
        await IsReleasedAsync();
        await Eventually.IsTrue(() => failures.Seen > 0, "the failure is counted");
    }

    public override async ValueTask DisposeAsync()
    {
        failures.Dispose();
        await pool.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async Task BeginAsync()
    {
        if (trigger == DrainTrigger.Directive)
        {
            await pool.DrainAsync(0);
        }
        else
        {
            preStop = pool[0].DrainAsync();
        }
    }
}

/// <summary>A process, drained by its signal.</summary>
internal sealed class SignalledSubject(ProcessMember member) : DrainSubject
{
    public override TestApp App => member.App;
    protected override IPAddress Address => member.Process.Address;

    public override async Task IsReleasedAsync()
    {
        (await member.Process.ExitAsync()).ShouldBe(0);
        member.Process.Output.ShouldContain("is Released: 0 connections remain");
    }

    public override Task IsReleasedWithFailuresAsync() => IsReleasedAsync();

    public override async ValueTask DisposeAsync()
    {
        await member.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override Task BeginAsync()
    {
        member.Process.Terminate();
        return Task.CompletedTask;
    }
}
