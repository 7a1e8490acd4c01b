//! What a directory holds when it starts: its configuration, and its entries.

use std::fmt::Write as _;
use std::path::Path;

/// Everything is below this.
pub const BASE_DN: &str = "dc=acme,dc=example";
/// The owner, whom no access rule binds.
pub const ROOT_DN: &str = "cn=root,dc=acme,dc=example";
/// The account of our connector: it may read entries, set passwords and open locks, and nothing else.
pub const SERVICE_DN: &str = "cn=imper,dc=acme,dc=example";
/// The password policy.
pub const POLICY_DN: &str = "cn=policy,dc=acme,dc=example";
/// Fewest characters of a password.
pub const MIN_LENGTH: u32 = 15;
/// So many of the last passwords are refused.
pub const HISTORY: u32 = 5;
/// So many wrong passwords in a row lock an account, until somebody opens it.
pub const MAX_FAILURES: u32 = 3;

/// Somebody with an account.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// `uid`, or `sAMAccountName`.
    pub user_name: &'a str,
    /// `cn`.
    pub name: &'a str,
    /// `mail`.
    pub email: &'a str,
    /// The password that they have now.
    pub password: &'a str,
    /// The organisational unit.
    pub unit: &'a str,
    /// A second person must agree before this account is touched.
    pub is_privileged: bool,
}

impl<'a> Account<'a> {
    /// An ordinary account.
    pub const fn new(user_name: &'a str, name: &'a str, email: &'a str, password: &'a str) -> Self {
        Self {
            user_name,
            name,
            email,
            password,
            unit: UNITS[0],
            is_privileged: false,
        }
    }

    /// Name of the entry.
    pub fn dn(&self) -> String {
        dn(self.user_name, self.unit)
    }
}

/// The organisational units.
pub const UNITS: [&str; 2] = ["people", "contractors"];

/// Name of the entry of a user.
pub fn dn(user_name: &str, unit: &str) -> String {
    format!("uid={user_name},ou={unit},{BASE_DN}")
}

/// What makes a directory: see [`super::server`].
pub(super) struct Files {
    pub configuration: String,
    pub entries: String,
}

/// OpenLDAP with the overlay `ppolicy`.
pub(super) fn open_ldap(folder: &Path, root: &str, service: &str, accounts: &[Account<'_>]) -> Files {
    let configuration = format!(
        r#"include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
{common}
overlay ppolicy
ppolicy_default "{POLICY_DN}"
ppolicy_hash_cleartext
access to attrs=userPassword by dn.exact="{SERVICE_DN}" write by self write by anonymous auth
access to attrs=pwdAccountLockedTime,pwdReset by dn.exact="{SERVICE_DN}" write by * none
access to * by dn.exact="{SERVICE_DN}" read by * none
"#,
        common = common(folder, root),
    );
    let mut entries = format!(
        r"dn: {BASE_DN}
objectClass: dcObject
objectClass: organization
dc: acme
o: Acme

dn: {POLICY_DN}
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdMinLength: {MIN_LENGTH}
pwdCheckQuality: 2
pwdInHistory: {HISTORY}
pwdLockout: TRUE
pwdMaxFailure: {MAX_FAILURES}
pwdLockoutDuration: 0
pwdMustChange: TRUE

dn: {SERVICE_DN}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: imper
userPassword: {service}
"
    );
    units(&mut entries);
    for account in accounts {
        let kind = if account.is_privileged {
            "privileged"
        } else {
            "staff"
        };
        // Writing to a text never fails.
        let _ = write!(
            entries,
            "
dn: {dn}
objectClass: inetOrgPerson
uid: {user_name}
cn: {name}
sn: {name}
mail: {email}
employeeType: {kind}
userPassword: {password}
pwdChangedTime: 20250101080000Z
",
            dn = account.dn(),
            user_name = account.user_name,
            name = account.name,
            email = account.email,
            password = account.password,
        );
    }
    Files {
        configuration,
        entries,
    }
}

/// The attributes of Active Directory that our connector uses, with its names and object identifiers. `objectCategory`
/// is a plain word here: in a filter Active Directory takes the short name of a class for its distinguished name.
const SCHEMA: &str = r"attributetype ( 1.2.840.113556.1.4.90 NAME 'unicodePwd' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.662 NAME 'lockoutTime' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.96 NAME 'pwdLastSet' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.102 NAME 'memberOf' EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
attributetype ( 1.2.840.113556.1.4.79 NAME 'minPwdLength' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.95 NAME 'pwdHistoryLength' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.93 NAME 'pwdProperties' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MAY ( uid $ mail $ unicodePwd $ lockoutTime $ userAccountControl $ pwdLastSet $ sAMAccountName $ objectCategory $ memberOf ) )
objectclass ( 1.2.840.113556.1.5.67 NAME 'domainDNS' SUP top STRUCTURAL MUST dc MAY ( minPwdLength $ pwdHistoryLength $ pwdProperties ) )
";

/// The group whose members are privileged.
pub const ADMINS_DN: &str = "cn=Domain Admins,dc=acme,dc=example";

/// The same people with the schema of Active Directory; changes pass through the gate at `gate` first. Before it asks the
/// gate, slapd wants whoever changes an entry to have write access to the entry itself.
pub(super) fn active_directory(
    folder: &Path,
    gate: &Path,
    root: &str,
    service: &str,
    accounts: &[Account<'_>],
) -> std::io::Result<Files> {
    let schema = folder.join("active-directory.schema");
    std::fs::write(&schema, SCHEMA)?;
    let configuration = format!(
        r#"include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include {schema}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload back_sock
{common}
access to attrs=userPassword by anonymous auth
access to attrs=unicodePwd by dn.exact="{SERVICE_DN}" write by * none
access to attrs=lockoutTime by dn.exact="{SERVICE_DN}" write by * none
access to attrs=entry by dn.exact="{SERVICE_DN}" write by * none
access to * by dn.exact="{SERVICE_DN}" read by * none
overlay sock
socketpath {gate}
sockops modify
extensions binddn ssf
"#,
        schema = schema.display(),
        common = common(folder, root),
        gate = gate.display(),
    );
    let mut entries = format!(
        r"dn: {BASE_DN}
objectClass: domainDNS
dc: acme
minPwdLength: {MIN_LENGTH}
pwdHistoryLength: {HISTORY}
pwdProperties: 1

dn: {SERVICE_DN}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: imper
userPassword: {service}
"
    );
    units(&mut entries);
    for account in accounts {
        let group = if account.is_privileged {
            format!("memberOf: {ADMINS_DN}\n")
        } else {
            String::new()
        };
        let _ = write!(
            entries,
            "
dn: {dn}
objectClass: user
objectCategory: person
uid: {user_name}
sAMAccountName: {user_name}
cn: {name}
sn: {name}
mail: {email}
userAccountControl: 512
lockoutTime: 0
pwdLastSet: 133800000000000000
{group}",
            dn = account.dn(),
            user_name = account.user_name,
            name = account.name,
            email = account.email,
        );
    }
    Ok(Files {
        configuration,
        entries,
    })
}

fn units(entries: &mut String) {
    for unit in UNITS {
        let _ = write!(
            entries,
            "
dn: ou={unit},{BASE_DN}
objectClass: organizationalUnit
ou: {unit}
"
        );
    }
}

fn common(folder: &Path, root: &str) -> String {
    let folder = folder.display();
    format!(
        r#"TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
maxsize 16777216
dbnosync
suffix "{BASE_DN}"
rootdn "{ROOT_DN}"
rootpw {root}
directory {folder}/data
index objectClass eq"#
    )
}
