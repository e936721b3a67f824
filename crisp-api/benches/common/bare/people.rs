//! The fields of `types::PeopleProfile`.

use serde::Deserialize;

use super::conversation::Geolocation;

#[derive(Deserialize)]
pub struct PeopleProfile {
    pub email: Option<String>,
    pub person: Option<Person>,
    pub company: Option<Company>,
    pub segments: Option<Vec<String>>,
    pub notepad: Option<String>,
    pub active: Option<PeopleActive>,
    pub score: Option<u32>,
    pub created_at: Option<u64>,
    pub updated_at: Option<u64>,
    pub people_id: Option<String>,
}

#[derive(Deserialize)]
pub struct Person {
    pub nickname: Option<String>,
    pub avatar: Option<String>,
    pub gender: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub description: Option<String>,
    pub website: Option<String>,
    pub timezone: Option<i32>,
    pub profiles: Option<Vec<SocialProfile>>,
    pub employment: Option<Employment>,
    pub geolocation: Option<Geolocation>,
    pub locales: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct SocialProfile {
    pub r#type: Option<String>,
    pub handle: Option<String>,
    pub url: Option<String>,
}

#[derive(Deserialize)]
pub struct Employment {
    pub name: Option<String>,
    pub domain: Option<String>,
    pub title: Option<String>,
    pub role: Option<String>,
    pub seniority: Option<String>,
}

#[derive(Deserialize)]
pub struct Company {
    pub name: Option<String>,
    pub legal_name: Option<String>,
    pub domain: Option<String>,
    pub url: Option<String>,
    pub description: Option<String>,
    pub timezone: Option<i32>,
    pub phones: Option<Vec<String>>,
    pub emails: Option<Vec<String>>,
    pub geolocation: Option<Geolocation>,
    pub metrics: Option<CompanyMetrics>,
    pub tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub struct CompanyMetrics {
    pub employees: Option<u32>,
    pub market_cap: Option<u64>,
    pub raised: Option<u64>,
    pub arr: Option<u64>,
}

#[derive(Deserialize)]
pub struct PeopleActive {
    pub now: Option<bool>,
    pub last: Option<u64>,
}
