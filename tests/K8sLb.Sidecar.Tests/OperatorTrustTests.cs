using K8sLb.Sidecar.Control;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests;

public sealed class OperatorTrustTests : IDisposable
{
    private const string Name = "k8slb.k8slb-system.svc";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly string file = Path.GetTempFileName();
    private readonly TestAuthority ours = new("ours");
    private readonly TestAuthority theirs = new("theirs");
    private readonly OperatorTrust trust;

    public OperatorTrustTests()
    {
        File.WriteAllText(file, ours.Pem);
        trust = new OperatorTrust(file, Name, TimeProvider.System);
    }

    public void Dispose()
    {
        File.Delete(file);
        ours.Dispose();
        theirs.Dispose();
    }

    [Fact]
    public void A_certificate_of_the_operators_own_authority_is_trusted() =>
        trust.Check(ours.Issue(Name)).ShouldBeNull();

    [Fact]
    public void While_authorities_change_both_are_trusted()
    {
        File.WriteAllText(file, theirs.Pem + "\n" + ours.Pem + "\n");

        trust.Check(ours.Issue(Name)).ShouldBeNull();
        trust.Check(theirs.Issue(Name)).ShouldBeNull();
    }

    [Fact]
    public void One_of_another_authority_is_not_even_where_that_calls_itself_the_same()
    {
        using var namesake = new TestAuthority("ours");

        trust
            .Check(theirs.Issue(Name))
            .ShouldBe($"the server's certificate, by CN=theirs, is not signed by an authority in {file}: CN=ours");
        trust.Check(namesake.Issue(Name)).ShouldNotBeNull().ShouldContain("is not signed by an authority in");
    }

    [Fact]
    public void The_file_is_read_anew_for_each_server()
    {
        trust.Check(theirs.Issue(Name)).ShouldNotBeNull();

        File.WriteAllText(file, theirs.Pem);

        trust.Check(theirs.Issue(Name)).ShouldBeNull();
        trust.Check(ours.Issue(Name)).ShouldNotBeNull();
    }

    [Fact]
    public void A_certificate_for_another_name_is_refused_with_both_names() =>
        trust
            .Check(ours.Issue("metrics.k8slb-system.svc"))
            .ShouldBe($"the server's certificate is not for \"{Name}\", but for metrics.k8slb-system.svc");

    [Fact]
    public void One_that_has_expired_is_told_from_one_that_is_not_good_yet()
    {
        var hours = TimeSpan.FromHours(2);

        trust
            .Check(ours.Issue(Name, from: -hours, until: -hours / 2))
            .ShouldNotBeNull()
            .ShouldStartWith("CN=operator expired at ");
        var early = trust.Check(ours.Issue(Name, from: hours, until: hours * 2)).ShouldNotBeNull();
        early.ShouldStartWith("CN=operator is not good before ");
        early.ShouldEndWith("one of two clocks is wrong");
    }

    [Fact]
    public void A_certificate_that_is_not_for_servers_is_refused() =>
        trust.Check(ours.Issue(Name, usage: ClientUsage)).ShouldNotBeNull().ShouldContain("NotValidForUsage");

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData(null, "cannot be read: Could not find file")]
    public void A_file_without_authorities_trusts_nobody(string? content, string expected)
    {
        File.Delete(file);
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }

        trust.Check(ours.Issue(Name)).ShouldNotBeNull().ShouldStartWith($"K8SLB_OPERATOR_CA=\"{file}\" {expected}");
    }
}
