using System.Net;
using System.Text;
using K8sLb.Core;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Tests.Hub;
using K8sLb.Operator.Trust;
using K8sLb.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Operator.Tests.Cluster;

[Collection(ClusterTests.Name)]
public sealed class TrustTests(OperatorCluster cluster)
{
    [Fact]
    public async Task Every_replica_shows_a_certificate_of_the_same_authority()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        await world.CreatePoolAsync();
        var first = await world.StartOperatorAsync();
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);
        var second = await world.StartOperatorAsync();
        await Eventually.IsTrue(() => Shown(second) is not null, "the second replica has a certificate");

        var mounted = await world.CredentialsAsync(null);

        foreach (var replica in new[] { first, second })
        {
            var shown = Shown(replica)!.Context.TargetCertificate;
            mounted.IsTrusted(shown).ShouldBeTrue();
            (mounted with { Name = "k8slb" }).IsTrusted(shown).ShouldBeTrue();
            (mounted with { Name = "shop" }).IsTrusted(shown).ShouldBeFalse();
        }
        Shown(second)!.Term.AuthorityId.ShouldBe(Shown(first)!.Term.AuthorityId);
        Shown(second)!.Context.TargetCertificate.ShouldNotBe(Shown(first)!.Context.TargetCertificate);
        await using var stranger = await TestSidecar.AttachAsync(
            world.Hub,
            await world.HelloAsync("a"),
            await world.CredentialsOfAsync("a")
        );
        (await stranger.ReadRefusalAsync()).Reason.ShouldBe("this replica does not lead");
    }

    [Fact]
    public async Task A_damaged_Secret_is_told_and_left_alone_while_the_last_good_certificate_serves()
    {
        await using var world = await PoolWorld.CreateAsync(cluster, secure: true);
        await using var later = await PoolWorld.CreateAsync(cluster, secure: true);
        await world.CreatePoolAsync();
        var app = await world.StartOperatorAsync();
        await world.AddMembersAsync("a");
        await world.ActiveAsync(1);
        var good = (await SecretAsync(world)).Data!;

        await WriteAsync(world, new Dictionary<string, byte[]> { ["authorities.json"] = "[{}]"u8.ToArray() });
        // It has to publish there, and so looks at once.
        await later.CreatePoolAsync();

        var status = await world.StatusAsync(s => Reason(s) == ConditionReasons.TrustImpaired, "the pool says so");
        status
            .Condition(ConditionTypes.Degraded)!
            .Message.ShouldNotBeNull()
            .ShouldContain($"Secret {world.Namespace}/k8slb-ca, entry authorities.json: ");
        await using (
            var sidecar = await TestSidecar.AttachAsync(
                world.Hub,
                await world.HelloAsync("a"),
                await world.CredentialsOfAsync("a")
            )
        )
        {
            await sidecar.ReadWelcomeAsync();
        }
        // Its pod's sidecar has to stay with the one that leads.
        var late = await world.StartOperatorAsync(isDialled: false);
        using var http = new HttpClient();
        (await http.GetAsync(new Uri(new Uri(late.Urls.Last()), "/readyz"))).StatusCode.ShouldBe(
            HttpStatusCode.ServiceUnavailable
        );
        Encoding.UTF8.GetString((await SecretAsync(world)).Data!["authorities.json"]).ShouldBe("[{}]");

        await WriteAsync(world, good);

        await world.StatusAsync(s => !PoolWorld.Holds(s, ConditionTypes.Degraded), "the pool is well again");
        await Eventually.IsTrue(() => Shown(late) is not null, "the second replica has a certificate");
        Shown(late)!.Term.AuthorityId.ShouldBe(Shown(app)!.Term.AuthorityId);
    }

    [Fact]
    public async Task Of_two_that_make_an_authority_one_succeeds_and_the_other_reads_again()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        var one = new AuthorityStore(cluster.Client, world.Namespace);
        var other = new AuthorityStore(cluster.Client, world.Namespace);
        StoredAuthority[] mine = [Fresh("1")];
        StoredAuthority[] theirs = [Fresh("2")];

        (await one.TryWriteAsync(mine, null, CancellationToken.None)).ShouldBeTrue();
        (await other.TryWriteAsync(theirs, null, CancellationToken.None)).ShouldBeFalse();

        var read = await other.ReadAsync(CancellationToken.None);
        read.Authorities.ShouldBe(mine);
        (await one.TryWriteAsync([.. mine, .. theirs], read.Version, CancellationToken.None)).ShouldBeTrue();
        (await other.TryWriteAsync(theirs, read.Version, CancellationToken.None)).ShouldBeFalse();
        (await other.ReadAsync(CancellationToken.None)).Authorities.Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_authority_is_replaced_while_those_who_hold_the_old_bundle_are_served()
    {
        await using var world = await PoolWorld.CreateAsync(cluster);
        using var run = new LoopRun(cluster, world.Namespace);
        await run.UntilAsync(trust => trust.Shown is not null && trust.Published.Count == 1);
        var first = run.Shown!.Term.AuthorityId;
        var oldBundle = run.Published;

        run.Time.Advance(run.Periods.AuthorityLife * 0.67);
        await run.UntilAsync(trust => trust.Published.Count == 2 && trust.IsFresh);
        run.Shown!.Term.AuthorityId.ShouldBe(first, "the successor is published before it signs");
        run.IsTrustedBy(oldBundle).ShouldBeTrue();
        var bothBundle = run.Published;

        run.Time.Advance(run.Periods.Overlap);
        await run.UntilAsync(trust => trust.Shown!.Term.AuthorityId != first);
        run.IsTrustedBy(bothBundle).ShouldBeTrue();
        run.IsTrustedBy(oldBundle).ShouldBeFalse();

        run.Time.Advance(run.Periods.Overlap);
        await run.UntilAsync(trust => trust.Published.Count == 1 && trust.IsFresh);
        run.IsTrustedBy(bothBundle).ShouldBeTrue();
        run.Published.Single().ShouldNotBe(oldBundle.Single());
    }

    private static ServerCertificate? Shown(WebApplication app) =>
        app.Services.GetRequiredService<ServerCertificateInUse>().Current;

    private static string? Reason(BackendPoolStatus status) => status.Condition(ConditionTypes.Degraded)?.Reason;

    private static StoredAuthority Fresh(string id) =>
        CertificateIssuing.MakeAuthority(
            AuthorityRotation
                .Rotate([], new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), new TrustPeriods(), id)
                .Single()
        );

    private async Task<V1Secret> SecretAsync(PoolWorld world) =>
        (await cluster.Client.GetAsync<V1Secret>("k8slb-ca", world.Namespace))!;

    private async Task WriteAsync(PoolWorld world, IDictionary<string, byte[]> data) =>
        await cluster.Client.UpdateAsync(await SecretAsync(world) with { Data = data });
}
